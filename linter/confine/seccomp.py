"""The layer of system calls: no new programs or processes, no sockets, no tracing, nothing that only an administrator
needs. Last of all layers.

It needs libseccomp through pyseccomp, which must be imported before files are confined: it looks for the library with
the linker's own tool.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

from linter.confine.layer import LayerError

FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "new programs and processes": ("execve", "execveat", "fork", "vfork"),
    "sockets": ("socket", "connect", "bind", "listen", "accept", "accept4"),
    "other processes": (
        "kill",
        "tkill",
        "rt_sigqueueinfo",
        "rt_tgsigqueueinfo",
        "pidfd_open",
        "pidfd_send_signal",
        "pidfd_getfd",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "process_madvise",
        "kcmp",
    ),
    "file systems and namespaces": (
        "mount",
        "umount2",
        "mount_setattr",
        "move_mount",
        "open_tree",
        "fsopen",
        "fsconfig",
        "fsmount",
        "fspick",
        "pivot_root",
        "chroot",
        "setns",
        "unshare",
        "open_by_handle_at",
        "name_to_handle_at",
        "fanotify_init",
        "quotactl",
    ),
    "owners and modes of files": (
        "chmod",
        "fchmod",
        "fchmodat",
        "fchmodat2",
        "chown",
        "fchown",
        "lchown",
        "fchownat",
        "setxattr",
        "lsetxattr",
        "fsetxattr",
        "removexattr",
        "lremovexattr",
        "fremovexattr",
        "mknod",
        "mknodat",
    ),
    "users and limits": (
        "setuid",
        "setgid",
        "setreuid",
        "setregid",
        "setresuid",
        "setresgid",
        "setgroups",
        "setfsuid",
        "setfsgid",
        "capset",
        "personality",
        "setrlimit",
        "sched_setattr",
        "sched_setscheduler",
        "setpriority",
        "ioprio_set",
    ),
    "code and memory of the kernel's own": (
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "memfd_create",
        "memfd_secret",
        "keyctl",
        "add_key",
        "request_key",
        "kexec_load",
        "kexec_file_load",
        "init_module",
        "finit_module",
        "delete_module",
        "lookup_dcookie",
        "nfsservctl",
    ),
    "the machine": (
        "reboot",
        "swapon",
        "swapoff",
        "acct",
        "sethostname",
        "setdomainname",
        "settimeofday",
        "clock_settime",
        "adjtimex",
        "clock_adjtime",
        "syslog",
        "vhangup",
        "ioperm",
        "iopl",
        "modify_ldt",
    ),
    "shared memory and queues": ("shmget", "shmat", "msgget", "semget", "mq_open"),
}
"""System calls that a job has no need of, by what they are for."""
CLONE_THREAD = 0x00010000
TIOCSTI, TIOCLINUX = 0x5412, 0x541C


def apply() -> str:
    """Filter the system calls of this process and all its threads to come, for good; raises LayerError without
    libseccomp.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise LayerError(str(error) or "pyseccomp cannot be imported") from None
    denied = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    names = [name for group in FORBIDDEN.values() for name in group]
    unknown = [name for name in names if not _added(rules, denied, name)]
    rules.add_rule(denied, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, 0))
    _added(rules, pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be seen: threads fall back to clone
    rules.add_rule(denied, "tgkill", pyseccomp.Arg(0, pyseccomp.NE, os.getpid()))
    rules.add_rule(denied, "prlimit64", pyseccomp.Arg(2, pyseccomp.NE, 0))
    for request in (TIOCSTI, TIOCLINUX):
        rules.add_rule(denied, "ioctl", pyseccomp.Arg(1, pyseccomp.EQ, request))
    rules.load()
    return "" if len(unknown) < len(names) // 2 else f"{len(unknown)} calls are not known here"


def _added(rules: object, action: int, name: str) -> bool:
    """Add a rule for a call; False where this machine has no such call."""
    try:
        rules.add_rule(action, name)  # type: ignore[attr-defined]
    except (OSError, ValueError, RuntimeError):
        return False
    return True
