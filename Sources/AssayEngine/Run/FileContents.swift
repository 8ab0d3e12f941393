internal import Glibc

/// Why a file cannot be read, in the system's words: `No such file or directory`.
struct ReadFault: Error {
  var reason: String
}

/// The bytes of a file as a whole. Blocks on the disk.
/// - Parameter limit: What is longer is cut somewhere behind so many bytes.
func contents(of path: String, limit: Int = .max) throws(ReadFault) -> [UInt8] {
  func fault() -> ReadFault { ReadFault(reason: String(cString: strerror(errno))) }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw fault() }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 64 << 10)
  while bytes.count < limit {
    let count = read(descriptor, &part, part.count)
    if count == 0 { break }
    guard count > 0 else { throw fault() }
    bytes += part[..<count]
  }
  return bytes
}

/// The names in a folder, in any order; none where it cannot be read. Blocks on the disk.
func names(in folder: String) -> [String] {
  guard let entries = opendir(folder) else { return [] }
  defer { closedir(entries) }
  var names: [String] = []
  while let entry = readdir(entries) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}
