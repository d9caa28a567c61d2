"""The description of a measurement: the machine, the versions and the commit."""

import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import joblib

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "fastsmote",
    "imbalanced-learn",
    "scikit-learn",
    "scikit-learn-intelex",
    "numpy",
    "scipy",
    "numba",
    "pandas",
    "faiss-cpu",
    "pynndescent",
)


def _line_of(path, name):
    """The value of the first line ``name : value`` of a file; None if there is no such line."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    values = [line.partition(":")[2].strip() for line in lines if line.startswith(name)]
    return values[0] if values else None


def _memory_gib():
    kilobytes = _line_of("/proc/meminfo", "MemTotal")
    return round(int(kilobytes.split()[0]) / 2**20, 1) if kilobytes else None


def describe_machine():
    """The processor, cores, memory and system, without anything that identifies the machine."""
    flags = (_line_of("/proc/cpuinfo", "flags") or "").split()
    return {
        "processor": _line_of("/proc/cpuinfo", "model name") or platform.machine(),
        "vectors": next((f for f in ("avx512f", "avx2", "asimd") if f in flags), "unknown"),
        "cores": joblib.cpu_count(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
    }


def find_versions():
    """The version of each package, or None if it is not installed."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return versions


def _git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def describe_code():
    """The commit, and whether the working tree differs from it; None outside a git checkout."""
    changed = _git(
        "status", "--porcelain", "--untracked-files=no", "--", "fastsmote", "benchmarks/*.py"
    )
    return {
        "commit": _git("rev-parse", "HEAD"),
        "is_changed": None if changed is None else bool(changed),
    }


def describe():
    """Everything that a reader needs to judge a measurement or to repeat it."""
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "versions": find_versions(),
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        **describe_code(),
    }
