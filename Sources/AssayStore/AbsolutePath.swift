import Glibc

/// A path that means the same file in whatever folder a later process starts: the real path of its folder with its
/// name, or, where that folder is not there, the path behind the current folder. A symbolic link is followed.
///
/// Blocks on the disk. The empty path stays empty, and a path stays as it is where the current folder has no name.
package func absolutePath(_ path: String) -> String {
  if path.isEmpty { return path }
  var status = stat()
  // What a symbolic link leads to is the file that is meant: renaming over the link would leave it as it is.
  if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let file = owned(realpath(path, nil)) {
    return file
  }
  let name = path.last == "/" ? "" : path.split(separator: "/").last.map(String.init) ?? ""
  if !["", ".", ".."].contains(name), let folder = owned(realpath(folderName(of: path), nil)) {
    return folder == "/" ? "/" + name : folder + "/" + name
  }
  guard path.first != "/", let current = owned(getcwd(nil, 0)) else { return path }
  return current == "/" ? "/" + path : current + "/" + path
}

/// The text of a C string that is the caller's to free; nil where there is none, or where it is not UTF-8.
private func owned(_ text: UnsafeMutablePointer<CChar>?) -> String? {
  guard let text else { return nil }
  defer { free(text) }
  return String(validatingCString: text)
}
