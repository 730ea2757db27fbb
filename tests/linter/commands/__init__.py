"""linter.commands"""
