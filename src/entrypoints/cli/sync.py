"""``tresen sync``. Commands are loaded when they are used, so that the help stays quick."""

from .options import command_group

group = command_group("sync", "Bring members and leads in step with the provider; see how it stands.")

# Command or group, where it is defined, and what the group's help says about it.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("run", "sync_run:run_", "Sync now, all accounts side by side."),
    ("plan", "sync_plans:group", "What a sync would do: make a plan, list, show."),
    ("apply", "sync_apply:apply", "Apply a plan exactly as it was made."),
    ("status", "sync_status:status", "How each kind of record stands at each account, latest runs, last errors."),
    ("runs", "sync_runs:group", "What runs there were, and what came of them: list, show."),
    ("conflicts", "sync_conflicts:group", "What waits for a person to decide: list, show."),
    ("resolve", "sync_resolve:resolve", "Decide a conflict, or many of them alike."),
    ("reopen", "sync_reopen:reopen", "Open a conflict again."),
    ("explain", "sync_explain:explain", "Why a record is as it is, field by field."),
    ("history", "sync_history:history", "Every version of a record, and what changed it."),
    ("undo", "sync_undo:undo", "Put back what a change or a run did, or a whole record."),
    ("overrides", "sync_overrides:group", "What people and undos pinned against syncs: list, remove."),
    ("whatif", "sync_whatif:whatif", "What another policy would have done."),
    ("policy", "sync_policy:group", "By which laws records are merged: show, set, versions, reset."),
    ("pushes", "sync_pushes:pushes", "What is on its way to providers."),
)

for _name, _place, _about in COMMANDS:
    group.command(f"{__package__}.{_place}", name=_name, help=_about)
