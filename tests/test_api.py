"""The library's public names: functions, whatever of the package is loaded."""

import pkgutil

import wsgen


def test_no_module_hides_a_public_name() -> None:
    modules = {module.name for module in pkgutil.iter_modules(wsgen.__path__)}
    assert not modules & set(wsgen.__all__)
