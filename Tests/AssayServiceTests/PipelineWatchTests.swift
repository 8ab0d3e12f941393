import AssaySchedule
import AssayService
import Glibc
import Testing

/// A folder of files, read by a reader that takes their text for a name; `broken` and the empty text are broken.
private final class Folder {
  let path: String

  init() throws {
    var template = Array("/tmp/assay-watch-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    for name in ["a.yaml", "b.yml", "c.txt", ".d.yaml"] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  func write(_ text: String, to name: String) {
    guard let file = fopen("\(path)/\(name)", "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  func remove(_ name: String) { unlink("\(path)/\(name)") }

  static func text(of path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1000)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  var watch: PipelineWatch {
    PipelineWatch(PipelineFolder([path])) { path in
      let text = Self.text(of: path)
      if text.isEmpty || text == "broken" { return .broken(["\(path):1:1: error"]) }
      let entry = JobSchedule(slots: SlotCalendar([]))
      return .good(
        ScheduledPipeline(name: text, text: text, store: "s", entries: text == "idle" ? [] : [entry]), warnings: [])
    }
  }
}

@Suite struct PipelineWatchTests {
  @Test func `files are found by their endings, and read at once the first time`() throws {
    let folder = try Folder()
    for name in ["a.yaml", "b.yml", "c.txt", ".d.yaml"] { folder.write(name, to: name) }
    var watch = folder.watch
    #expect(watch.look().taken.map(\.pipeline.name) == ["a.yaml", "b.yml"])
    #expect(watch.look().taken.isEmpty)
  }

  @Test func `a file that changes is read once it rests`() throws {
    let folder = try Folder()
    folder.write("one", to: "a.yaml")
    var watch = folder.watch
    _ = watch.look()
    folder.write("half", to: "a.yaml")
    #expect(watch.look().taken.isEmpty)
    folder.write("whole file", to: "a.yaml")
    #expect(watch.look().taken.isEmpty)
    let changes = watch.look()
    #expect(changes.taken.map(\.pipeline.name) == ["whole file"])
    #expect(changes.dropped == ["s#one"])
  }

  @Test func `the last good form of a broken file goes on, and the fault is said once`() throws {
    let folder = try Folder()
    folder.write("one", to: "a.yaml")
    var watch = folder.watch
    _ = watch.look()
    folder.write("broken", to: "a.yaml")
    _ = watch.look()
    let changes = watch.look()
    #expect(changes.dropped.isEmpty)
    #expect(changes.notes.map(\.text).last == "the file is broken; its last good form goes on")
    #expect(watch.broken == ["\(folder.path)/a.yaml"])
    #expect(watch.look().notes.isEmpty)
    folder.write("one", to: "a.yaml")
    _ = watch.look()
    #expect(watch.look().taken.map(\.pipeline.name) == ["one"])
    #expect(watch.broken.isEmpty)
  }

  @Test func `a file that is gone for one look only is not dropped`() throws {
    let folder = try Folder()
    folder.write("one", to: "a.yaml")
    var watch = folder.watch
    _ = watch.look()
    folder.remove("a.yaml")
    #expect(watch.look().dropped.isEmpty)
    folder.write("one", to: "a.yaml")
    #expect(watch.look().dropped.isEmpty)
    folder.remove("a.yaml")
    #expect(watch.look().dropped.isEmpty)
    #expect(watch.look().dropped == ["s#one"])
  }

  @Test func `one pipeline is not run from two files, and a file without schedules is none`() throws {
    let folder = try Folder()
    folder.write("one", to: "a.yaml")
    folder.write("one", to: "b.yml")
    var watch = folder.watch
    let changes = watch.look()
    #expect(changes.taken.map(\.file) == ["\(folder.path)/a.yaml"])
    #expect(changes.notes.map(\.file) == ["\(folder.path)/b.yml"])
    // The other file takes its place.
    folder.remove("a.yaml")
    #expect(watch.look().dropped.isEmpty)
    let later = watch.look()
    #expect(later.dropped == ["s#one"])
    #expect(later.taken.map(\.file) == ["\(folder.path)/b.yml"])
    folder.write("idle", to: "b.yml")
    #expect(watch.look(readsAll: true).dropped == ["s#one"])
  }
}
