"""Interleaved rounds: each load on each subject in turn, again and again, in a turning order."""

from dataclasses import dataclass, field
from statistics import median

from .processes import MeasureError
from .quiet import LOSS_MAX


@dataclass
class Result:
    """The rounds of one load; each maps a subject's name to its sample."""

    load: object
    quiet: list = field(default_factory=list)
    noisy: list = field(default_factory=list)
    failures: dict = field(default_factory=dict)  # by subject; it is left out from then on

    @property
    def rounds(self):
        """What figures are made of: the quiet rounds, the noisy ones where there is no other."""
        return self.quiet or self.noisy

    def median_of(self, subject, attribute):
        values = [getattr(samples[subject], attribute) for samples in self.rounds
                  if subject in samples]
        return median(values) if values else None

    def ratios(self, subject, base="nginx"):
        """CPU time against the base's in the same round: (median, least, greatest), or None."""
        values = [samples[subject].cpu_us / samples[base].cpu_us for samples in self.rounds
                  if subject in samples and base in samples]
        return (median(values), min(values), max(values)) if values else None


def measure(plan, wanted, spin, progress):
    """`plan` is a list of (load, subjects). A round next to a spin test that lost too much is noisy
    and measured again, as long as no more than twice the wanted rounds are spent."""
    results = [Result(load) for load, _ in plan]
    for attempt in range(2 * wanted):
        for result, (load, subjects) in zip(results, plan):
            if len(result.quiet) >= wanted:
                continue
            samples, loss = _run_round(result, subjects, attempt, spin)
            (result.quiet if loss <= LOSS_MAX else result.noisy).append(samples)
            progress(f"{load.title}: {len(result.quiet)} of {wanted} rounds, "
                     f"{len(result.noisy)} noisy, spin loss {loss:.0%}")
    return results


def _run_round(result, subjects, attempt, spin):
    turn = attempt % len(subjects)
    samples, loss = {}, spin.loss()
    for subject in subjects[turn:] + subjects[:turn]:
        if subject.name in result.failures:
            continue
        try:
            samples[subject.name] = result.load.run(subject)
        except MeasureError as error:
            result.failures[subject.name] = str(error)
        loss = max(loss, spin.loss())
    return samples, loss
