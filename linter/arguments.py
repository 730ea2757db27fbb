"""The command line's words: which commands and options there are. Parses; decides nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from linter import __version__

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "html")


def parser() -> argparse.ArgumentParser:
    """Return the parser of `keras-lint`."""
    top = argparse.ArgumentParser(
        prog="keras-lint", description="Find risky patterns in saved Keras models, without Keras."
    )
    top.add_argument("--version", action="version", version=f"keras-lint {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    _check(
        verbs.add_parser(
            "check",
            help="lint models",
            description="Lint saved Keras models. Exits 0 (nothing at --fail-on), 1 (findings) or 2 (could not lint).",
        )
    )
    rules = verbs.add_parser("rules", help="list the rules")
    rules.add_argument("--format", choices=("text", "json"), default="text")
    explain = verbs.add_parser("explain", help="say what a rule is about")
    explain.add_argument("code", metavar="CODE")
    convert = verbs.add_parser("convert", help="write an old model as a .keras file for today's Keras")
    convert.add_argument(
        "old", type=_path, metavar="OLD", help=".h5 of Keras 1 or 2, SavedModel with Keras metadata, .keras, weights"
    )
    convert.add_argument("--output", "-o", type=_path, metavar="NEW", required=True, help="the .keras file to write")
    _fix(
        verbs.add_parser(
            "fix",
            help="write a model without what can be mended",
            description="Write a model without what can be mended. By default only fixes that keep what the model "
            "computes: both models are run, and a fix that changes an output by more than 1e-5 is left out. Exits 0 "
            "(done, or nothing to fix) or 2 (could not; nothing is written).",
        )
    )
    convert.add_argument(
        "--architecture", type=_path, metavar="FILE", help="JSON of model.to_json(), where OLD holds weights alone"
    )
    _import(convert)
    diff = verbs.add_parser("diff", help="say what changed between two models", description="Exits 1 on new findings.")
    diff.add_argument("old", type=_path, metavar="OLD")
    diff.add_argument("new", type=_path, metavar="NEW")
    diff.add_argument("--data", type=_stated, metavar="FILE", help="run both models on this, as in check")
    diff.add_argument(
        "--fail-on", choices=("error", "warning", "info", "never"), help="least severity of a new finding"
    )
    demo = verbs.add_parser("demo", help="lint a small model with planted problems")
    demo.add_argument(
        "--output", "-o", type=_path, metavar="FOLDER", help="where to leave the model (default: a temporary folder)"
    )
    docs = verbs.add_parser("docs", help="write the rules' pages")
    docs.add_argument("--output", "-o", type=_path, metavar="FILE", help="where to write (default: standard output)")
    return top


def _check(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "paths",
        nargs="+",
        type=_path,
        metavar="PATH",
        help=".keras, .h5 or .hdf5 file, folder of a SavedModel or unpacked .keras, weights file, or a folder to walk",
    )
    judge = check.add_argument_group("what to judge")
    judge.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="CODES",
        help="codes or prefixes that replace the default set: RNN,INI2",
    )
    judge.add_argument("--ignore", action="append", default=[], metavar="CODES", help="codes or prefixes to leave out")
    judge.add_argument(
        "--severity", action="append", default=[], metavar="CODE=LEVEL", help="another severity for a code or prefix"
    )
    judge.add_argument(
        "--fail-on",
        choices=("error", "warning", "info", "never"),
        help="least severity that fails the run (default: warning)",
    )
    judge.add_argument(
        "--input-range", metavar="LO:HI", help="least and greatest value of the inputs, where they are known"
    )
    judge.add_argument("--config", type=_path, metavar="FILE", help="settings file instead of the project's")
    judge.add_argument("--baseline", type=_path, metavar="FILE", help="leave out the findings that this file knows")
    judge.add_argument(
        "--write-baseline", type=_path, metavar="FILE", help="write the findings to a baseline, and exit 0"
    )
    data = check.add_argument_group("sample data")
    data.add_argument(
        "--data",
        type=_stated,
        metavar="FILE",
        help="run the model on this: .npy, .npz, .csv, .parquet, .h5, a folder of images, module:function",
    )
    data.add_argument("--max-samples", type=int, metavar="N", help="samples to run at most")
    data.add_argument("--max-seconds", type=float, metavar="S", help="seconds to run at most")
    _import(data)
    data.add_argument(
        "--trust", action="store_true", help="let Keras load the file itself, Lambdas and all, inside the sandbox"
    )
    data.add_argument(
        "--sandbox", choices=("auto", "require", "off"), default="auto", help="how the run is confined (default: auto)"
    )
    run = check.add_argument_group("this run")
    run.add_argument("--format", choices=FORMATS, default="text", help="what to print (default: text)")
    run.add_argument(
        "--output", "-o", type=_path, metavar="FILE", help="write the report here instead of standard output"
    )
    run.add_argument("--isolate", action="store_true", help="read the files in a confined process")
    run.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="models to lint at once (0: one a core)")


def _import(verb: argparse._ActionsContainer) -> None:
    verb.add_argument(
        "--import",
        dest="modules",
        action="append",
        default=[],
        metavar="MODULE",
        help="admit the classes and functions of a module of yours",
    )


def _fix(fix: argparse.ArgumentParser) -> None:
    fix.add_argument("model", type=_path, metavar="MODEL", help=".keras, .h5 or .hdf5 file of Keras 2 or 3")
    fix.add_argument(
        "--output", "-o", type=_path, metavar="OUT", required=True, help="the file to write, of the same format"
    )
    fix.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="CODES",
        help="codes or prefixes of findings to end, or names of fixes: NRM601,fold-batchnorm. fold-batchnorm puts "
        "BatchNormalization into the kernel before it, for models that are only run; it is done when named",
    )
    fix.add_argument(
        "--unsafe", action="store_true", help="also change where training starts, and what the model computes"
    )
    fix.add_argument("--data", type=_stated, metavar="FILE", help="compare both models on these samples, too")
    fix.add_argument("--overwrite", action="store_true", help="let OUT be MODEL itself")


def _jobs(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of jobs")
    return value


def _path(text: str) -> Path:
    return Path(_stated(text))


def _stated(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty; a variable that is not set, perhaps")
    return text
