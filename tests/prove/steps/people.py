"""What people type and programs say."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.prove.hands import PATCHED, TYPED, WHICH, WORDS, Hands
from tests.prove.memory import Mark


class People(Hands):
    """Values, of every kind of column, and whole leads."""

    @rule(which=WHICH, word=st.sampled_from(WORDS), count=st.sampled_from([1, 1, 1, 3]))
    def a_new_lead(self, which: int, word: str, count: int) -> None:
        self.adds(self.world.tabs[which % len(self.world.tabs)], count, word)

    @rule(which=WHICH, name=WHICH, value=WHICH)
    def a_value_typed(self, which: int, name: int, value: int) -> None:
        if found := self.row(which):
            tab, row = found
            field = self.field(tab, name)
            self.puts(tab, row, field, self.value(tab, field, value, TYPED))

    @rule(which=WHICH)
    def a_note_typed(self, which: int) -> None:
        self.a_value_typed(which, 1, 0)

    @rule(which=WHICH, long=st.booleans())
    def a_name_typed(self, which: int, long: bool) -> None:
        if found := self.row(which):
            self.puts(*found, "name", self.world.fresh("name ") + "n" * (300 * long))

    @rule(which=WHICH, name=WHICH, value=WHICH)
    def a_column_pasted(self, which: int, name: int, value: int) -> None:
        tab = self.world.tabs[which % len(self.world.tabs)]
        field, rows = self.field(tab, name), tab.rows()
        where = tab.at(2, field)
        if rows and where:
            block = [[self.value(tab, field, value, TYPED)]] * (rows[-1][0] - 1)
            what = f"pastes {str(block[0])[:60]} over {len(block)} rows from {where} on ({field})"
            self.acts(what, lambda: self.person.edit(where, block, pasted=True), "pasted")

    @rule(which=WHICH)
    def an_id_edited(self, which: int) -> None:
        if lead := self.lead(which):
            self.puts(lead.tab, lead.row, "id", self.world.fresh("L"))

    @rule()
    def an_undo(self) -> None:
        self.acts("undoes", self.person.undo, "undone")

    @rule()
    def a_redo(self) -> None:
        self.acts("redoes", self.person.redo, "undone")

    # programs
    @rule(which=WHICH, name=WHICH, value=WHICH)
    def a_patch(self, which: int, name: int, value: int) -> None:
        task = self.task(which)
        tab = task and self.world.tab_of(task["id"])
        if task and tab:
            field = self.field(tab, name)
            task_field = str(tab.mapping.by_field[field].task_field)
            self.world.program(task, **{task_field: self.value(tab, field, value, PATCHED)})

    @rule(which=WHICH)
    def a_patched_note(self, which: int) -> None:
        self.a_patch(which, 1, 0)

    @rule(which=WHICH, own=st.booleans())
    def a_patched_title(self, which: int, own: bool) -> None:
        if task := self.task(which):
            text = self.world.fresh("title ")
            self.world.program(task, title=text if own else f"Follow up: {text}")

    @rule(named=st.booleans())
    def a_posted_task(self, named: bool) -> None:
        lead_id, name = self.world.fresh("P") if named else None, self.world.fresh("posted ")
        lead = {"lead_id": lead_id} if named else {}
        answer = self.world.asks(lambda: self.world.stack.post_to("/tasks", title=f"Follow up: {name}", **lead))
        self.world.note(f"program posts a task {lead} -> {answer and answer.status_code}")
        self.world.memory.made += 2
        if lead_id:
            self.world.memory.say(
                lead_id, "name", "task" if answer is not None and answer.ok else "maybe", name, Mark(0)
            )

    @rule(which=WHICH)
    def an_archived_task(self, which: int) -> None:
        if task := self.task(which):
            address = f"{self.world.stack.url}/tasks/{task['id']}"
            self.world.asks(lambda: self.world.stack.http.delete(address, timeout=60))
            self.world.note(f"program archives task {task['id']}")
            self.world.memory.made += 1

    @rule(which=WHICH)
    def a_restored_task(self, which: int) -> None:
        archived = self.world.asks(lambda: self.world.stack.tasks(archived=True, limit=1000)) or []
        if archived := [task for task in archived if task["archived_at"]]:
            task = archived[which % len(archived)]
            self.world.asks(lambda: self.world.stack.patch(task["id"], archived=False))
            self.world.note(f"program restores task {task['id']}")
            self.world.memory.made += 1
