"""The home folder: where the bridge keeps its database, secrets and token."""

from pathlib import Path

from bridge.config.model import ConfigError


def make_home(folder: Path) -> None:
    """Make the folder if it is not there. Raises `ConfigError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "a file has that name" if folder.is_file() else error.strerror
        raise ConfigError(
            f"the folder {folder} cannot be made ({why})", "set LEADBRIDGE_HOME to a folder that this user may write"
        ) from error
