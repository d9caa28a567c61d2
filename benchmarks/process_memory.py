"""The memory of this process, as Linux counts it; None elsewhere."""

from pathlib import Path


def status_bytes(name):
    """A line of /proc/self/status."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), None)


def resident_bytes():
    """What is in memory now."""
    return status_bytes("VmRSS")


def peak_bytes():
    """The most that was in memory since the start or the last `forget_peak`."""
    return status_bytes("VmHWM")


def forget_peak():
    """Let the peak start anew from what is in memory now."""
    _write("/proc/self/clear_refs", "5")


def be_killed_first():
    """Let the kernel, out of memory, end this process and not the one that waits for it."""
    _write("/proc/self/oom_score_adj", "1000")


def _write(path, text):
    path = Path(path)
    if path.exists():
        path.write_text(text)
