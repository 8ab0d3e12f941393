package import AssayFormats
internal import FoundationEssentials

/// A file of the repository, found from where this source stands.
package struct RepositoryFile {
  /// The path from the repository's root.
  package let path: String
  private let url: URL

  package init(_ path: String) {
    self.path = path
    url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: path)
  }

  /// The file's text, or nil where there is none.
  package var text: String? { (try? Data(contentsOf: url)).map { String(decoding: $0, as: UTF8.self) } }

  /// The names of a folder's files, sorted.
  package var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path())) ?? []).sorted() }

  /// The file's JSON.
  package func json() throws -> JSONValue { try JSONParser.parse(text ?? "") }
}
