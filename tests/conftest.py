"""What all end-to-end tests share: a built program, or no result."""

import pytest

import vmsgspec


def pytest_configure(config):
    if not vmsgspec.TOOL.exists():
        raise pytest.UsageError(f"{vmsgspec.TOOL} does not exist: build it, or set VMSGSPEC_BUILD")
