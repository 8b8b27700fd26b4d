"""The systemd unit for this installation: the template beside this file with its paths. Writes nothing."""

import getpass
import sys
from pathlib import Path
from string import Template

from bridge.config.model import Config

TEMPLATE = Path(__file__).with_name("leadbridge.service")


def unit(config: Config, folder: Path) -> str:
    """What to save as ``/etc/systemd/system/leadbridge.service``. ``folder``: where bridge.toml is looked for."""
    paths = {"folder": folder, "home": config.home, "python": Path(sys.executable)}
    written = {name: str(path.absolute()).replace("%", "%%") for name, path in paths.items()}
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(written, user=getpass.getuser(), port=config.port)
