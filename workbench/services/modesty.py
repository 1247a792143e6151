"""What a child process denies itself before it touches a stranger's file: memory, core dumps, the front row."""

from __future__ import annotations

import ctypes
import os
import sys

#: Address space of a child that reads or draws, in bytes.
MEMORY = 1_500_000_000

# Windows: a job object with these limits (winnt.h), and no box when the process crashes (errhandlingapi.h).
_PROCESS_MEMORY, _NO_CRASH_BOX, _ENDS_WITH_ITS_HANDLE = 0x100, 0x400, 0x2000
_EXTENDED_LIMITS = 9
_NO_ERROR_BOX = 0x8003
_BELOW_NORMAL = 0x4000


class BasicLimits(ctypes.Structure):
    """``JOBOBJECT_BASIC_LIMIT_INFORMATION``."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """``JOBOBJECT_EXTENDED_LIMIT_INFORMATION``: 144 bytes where addresses have 64 bits."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def be_modest(memory: int = MEMORY, *, behind: bool = True) -> None:
    """Limit this process for the rest of its life: ``memory`` bytes, no core dump, ``behind`` the window in line."""
    if sys.platform == "win32":
        _modest_windows(memory)
    else:
        import resource

        os.nice(5 if behind else 0)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limits_of(memory: int) -> ExtendedLimits:
    """The limits of a job object: memory, and an end without a box and together with its handle."""
    limits = ExtendedLimits()
    limits.basic.flags = _PROCESS_MEMORY | _NO_CRASH_BOX | _ENDS_WITH_ITS_HANDLE
    limits.process_memory = memory
    return limits


if sys.platform == "win32":

    def _modest_windows(memory: int) -> None:
        """A refusal of the system is borne: the limit of time, which the parent keeps, still holds."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p)
        kernel.SetInformationJobObject.argtypes = (
            ctypes.c_void_p,
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_uint32,
        )
        kernel.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        kernel.SetPriorityClass.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
        kernel.SetErrorMode(_NO_ERROR_BOX)
        own = kernel.GetCurrentProcess()
        kernel.SetPriorityClass(own, _BELOW_NORMAL)
        # Never closed: the handle goes with the process.
        job = kernel.CreateJobObjectW(None, None)
        if job:
            limits = limits_of(memory)
            kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
            kernel.AssignProcessToJobObject(job, own)
