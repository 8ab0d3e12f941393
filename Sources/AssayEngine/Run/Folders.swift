internal import Glibc

/// Makes the folders on the way to a file that is going to be written. Throws `RunFailure` where that is not possible.
package func makeFolders(for path: String, shown: String) throws(RunFailure) {
  var at = path.startIndex
  while let slash = path[at...].firstIndex(of: "/") {
    let folder = String(path[..<slash])
    at = path.index(after: slash)
    if folder.isEmpty || folder == "." || folder == ".." { continue }
    if mkdir(folder, 0o777) == 0 || errno == EEXIST { continue }
    let reason = errno
    var status = stat()
    if stat(folder, &status) == 0 { continue }
    throw RunFailure("the folder of '\(shown)' cannot be made: \(String(cString: strerror(reason)))")
  }
}
