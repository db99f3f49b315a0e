"""Says what was measured, whatever it is, and which floors it meets."""

FLOOR_JSON = 1.1         # CPU a request at 32 connections, to nginx
FLOOR_STREAMS = 1.2      # CPU a chunk with 1,000 streams, to nginx
FLOOR_IDLE_RSS = 15 * 1024 * 1024
FLOOR_START_S = 0.5
MIB = 1024 * 1024


def _cell(value, form, width):
    return ("-" if value is None else format(value, form)).rjust(width)


def _ratio(ratios):
    if ratios is None:
        return "-".rjust(18)
    return f"{ratios[0]:.2f} ({ratios[1]:.2f}-{ratios[2]:.2f})".rjust(18)


def _verdict(value, floor, text, noisy=False):
    if value is None:
        return f"not measured  {text}"
    return (f"{'met   ' if value <= floor else 'MISSED'}        {text}"
            + (" (noisy)" if noisy else ""))


def _title(result):
    if result.quiet:
        return (f"{result.load.title}: {len(result.quiet)} rounds, "
                f"{len(result.noisy)} noisy ones discarded")
    return f"{result.load.title}: NOISY, not one of {len(result.noisy)} rounds was quiet"


def table(result, names):
    """One load as lines of text. Medians over the rounds; ratios are formed in each round."""
    load = result.load
    streams = load.unit == "chunk"
    lines = ["", _title(result),
             f"{'':10}{'CPU us/' + load.unit:>16}{'user':>8}{'system':>8}"
             f"{'ratio to nginx':>18}{load.unit + 's/s':>13}"
             f"{'first p50 us' if streams else 'p50 us':>14}{'p99 us':>9}"
             + (f"{'RSS/stream kB':>15}" if streams else "")]
    for name in names:
        if name in result.failures:
            lines.append(f"{name:10}  failed: {result.failures[name]}")
            continue
        if result.median_of(name, "cpu_us") is None:
            continue
        rates = [samples[name].count / samples[name].seconds for samples in result.rounds
                 if name in samples]
        value = {what: result.median_of(name, what) for what in
                 ("cpu_us", "user_us", "system_us", "p50_us", "p99_us")}
        line = (f"{name:10}{_cell(value['cpu_us'], '.1f', 16)}{_cell(value['user_us'], '.1f', 8)}"
                f"{_cell(value['system_us'], '.1f', 8)}{_ratio(result.ratios(name))}"
                f"{_cell(sorted(rates)[len(rates) // 2], ',.0f', 13)}"
                f"{_cell(value['p50_us'], '.0f', 14)}{_cell(value['p99_us'], '.0f', 9)}")
        if streams:
            # Later rounds start from memory the first one left behind, so the most counts.
            most = max(samples[name].stream_bytes for samples in result.quiet + result.noisy
                       if name in samples)
            line += _cell(most / 1000, ".1f", 15)
        lines.append(line)
    return lines


def latency(result, names):
    """What each subject adds to the median latency of the upstream itself."""
    direct = result.median_of("direct", "p50_us")
    lines = []
    for name in names:
        through = result.median_of(name, "p50_us")
        if name != "direct" and direct is not None and through is not None:
            lines.append(f"{name:10}{through - direct:8.0f} us added median latency over direct "
                         f"({direct:.0f} us)")
    return lines


def memory(idle):
    return [f"{name:10}{rss / MIB:8.1f} MiB resident, idle" for name, rss in idle.items()]


def startup_lines(startup):
    return [f"tollway   {startup.first_health_s * 1000:8.1f} ms from exec to /health, "
            f"{startup.first_chat_s * 1000:.1f} ms to the first chat answer (new data directory)",
            f"tollway   {startup.later_health_s * 1000:8.1f} ms from exec to /health, "
            f"{startup.later_chat_s * 1000:.1f} ms to the first chat answer (existing one)"]


def floors(results, startup):
    """The lines that decide, each met, missed or not measured."""
    by_name = {result.load.name: result for result in results}

    def ratio(load):
        ratios = by_name[load].ratios("tollway") if load in by_name else None
        return ratios[0] if ratios else None

    def noisy(load):
        return load in by_name and not by_name[load].quiet

    json_32, streams = ratio("json-32"), ratio("streams")
    first = startup.first_chat_s if startup else None
    rss = startup.idle_rss_bytes if startup else None
    return ["", "Floors",
            _verdict(json_32, FLOOR_JSON, f"JSON at 32 connections: at most {FLOOR_JSON} x nginx"
                     + (f", is {json_32:.2f}" if json_32 else ""), noisy("json-32")),
            _verdict(streams, FLOOR_STREAMS, f"streams: at most {FLOOR_STREAMS} x nginx"
                     + (f", is {streams:.2f}" if streams else ""), noisy("streams")),
            _verdict(rss, FLOOR_IDLE_RSS, "idle memory: at most 15 MiB"
                     + (f", is {rss / MIB:.1f}" if rss else "")),
            _verdict(first, FLOOR_START_S, "exec to first chat answer: under 0.5 s"
                     + (f", is {first:.3f}" if first else ""))]
