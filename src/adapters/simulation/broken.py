"""What must hold, and what did not."""

import attrs

RULES = {
    "no-loss": "every value that a sync overwrites is in the journal, in the transaction that overwrites it",
    "no-double": "no record is made twice, here or there, for one that people made",
    "convergence": "at rest both sides are equal, field by field, unless policy, conflict or refusal explains it",
    "one-to-one": "a record of ours has at most one link per account, and links lead to different records",
    "proof": "a record is deleted on one side only when it is gone on the other",
    "quiet": "at rest another run writes nothing, here or there",
    "settles": "without failures, a handful of runs brings everything to rest",
    "listing": "what is at rest by changes alone is at rest for a complete listing, too",
    "calls": "a run makes no more calls than pages need, and looks singly only where there is reason to",
    "walks": "a run whose walk broke off is not completed, and the walk counts for nothing",
    "comes-back": "a record that a run gave up is looked at by the next one that completes",
    "refusals": "what a provider refused is not asked again as things are",
    "credentials": "credentials that were refused block the account, and no other call is made with them",
    "counter": "what a counter has done at the provider is done as it was told, or the staff are asked",
    "asked-anew": "who was lost there and is entered there anew is not here twice without a person having been asked",
    "vanished": "a record that nobody deleted is on the side where it was made",
    "due": "at rest nothing is due",
    "held": "a run that a guard held, one that only planned, and a plan that was refused have decided nothing",
    "guards": "a run deletes and blanks no more than its guards let through",
    "asks": "a person is asked about a field only when both sides changed it since they agreed",
    "tenant": "a run opens no other tenant, and writes to no gym but its own",
    "permission": "nothing is written to a provider to whom nothing may be written",
    "stale": "a plan is refused after a day, and when its kinds were synced, or their policy or leave to write changed",
    "deliveries": "a webhook has its effect, and has it once, however often and in what order copies and others come",
    "schedule": "what a schedule asks for reaches every account",
    "newest": "the newer value is that of the side that was edited later, as far as the clocks can tell",
    "undone": "no run overwrites what an undo put back, until somebody lets go of it",
    "pins": "what is pinned is so of the record of ours that the link of its id leads to, or which of ours it is",
    "edits": "an edit through Tresen is here and in the journal, or with the staff; a refused one changes nothing",
    "outlook": "what was told of an edit comes true with the next run, where nothing came between",
    "runs": "a line of the journal names a run that exists",
    "counts": "a run's books say how many records it made and deleted, and how many pushes were refused",
    "errors": "a run ends in its books, not in an error that nobody foresaw",
}


@attrs.frozen
class Broken:
    """A rule of ``RULES`` that did not hold, and how that was seen."""

    rule: str
    seen: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.seen}"
