internal import Glibc

/// The machine's memory in bytes.
func physicalMemory() -> Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }
