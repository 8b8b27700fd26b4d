"""Two sheets of bridge.toml on one tab: only a rename can bring that about, so each sweep looks. Changes nothing."""

from sqlalchemy import select

from bridge.errors import Permanent
from bridge.google.snapshot import SheetView
from bridge.store.models import SheetHealth, SheetQueue
from bridge.worker.job import Job


def refuse_shared_tab(job: Job, view: SheetView) -> None:
    """Raise `Permanent` while another sheet of bridge.toml syncs this very tab, which a rename can bring about."""
    with job.runtime.session() as session:
        others = select(SheetQueue.sheet).join(SheetHealth, SheetHealth.sheet == SheetQueue.sheet)
        here = SheetQueue.spreadsheet == view.config.spreadsheet, SheetHealth.tab_id == view.snapshot.sheet_id
        mine = SheetQueue.sheet.in_(job.runtime.config.sheets), SheetQueue.sheet != job.key
        other = session.scalars(others.where(*here, *mine).order_by(SheetQueue.sheet)).first()
    if other is not None:
        raise Permanent(
            f"sheet '{other}' of bridge.toml syncs this tab already", "take one of the two out, or name another tab"
        )
