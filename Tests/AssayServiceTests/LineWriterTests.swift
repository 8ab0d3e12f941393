import AssayService
import Dispatch
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct LineWriterTests {
  private func makePipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    return (ends[0], ends[1])
  }

  private func readAll(_ descriptor: Int32) -> String {
    var text: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      if count <= 0 { return String(decoding: text, as: UTF8.self) }
      text += bytes[..<count]
    }
  }

  @Test(arguments: [
    (LogFormat.text, #"warning the run ends | badly pipeline=p reason="a \"b\"" empty="""#),
    (.json, #""level":"warning","message":"the run ends\nbadly","pipeline":"p","reason":"a \"b\"","empty":""}"#),
  ])
  func `a message is a line, in each format`(format: LogFormat, ending: String) {
    let (reader, target) = makePipe()
    let writer = LineWriter(format, descriptor: target)
    writer.write("warning", "the run ends\nbadly", [("pipeline", "p"), ("reason", "a \"b\""), ("empty", "")])
    writer.flush(seconds: 10)
    close(target)
    let text = readAll(reader)
    close(reader)
    #expect(text.hasSuffix(ending + "\n"), "\(text)")
    #expect(text.split(separator: "\n").count == 1)
  }

  @Test(arguments: LogFormat.allCases)
  func `a reader that stops reading holds nobody up, and learns how many lines it lacks`(format: LogFormat) {
    let (reader, target) = makePipe()
    let writer = LineWriter(format, descriptor: target)
    let lines = 30_000
    for number in 0..<lines { writer.write("info", "line \(number)", []) }
    writer.flush(seconds: 0.01)
    // It reads again.
    DispatchQueue(label: "end").async {
      writer.flush(seconds: 30)
      close(target)
    }
    let text = readAll(reader).split(separator: "\n")
    close(reader)
    let kept = text.count { $0.contains("line ") && !$0.contains("dropped") }
    let dropped = text.filter { $0.contains("log lines were dropped") }
    let count = dropped.compactMap { $0.split { !$0.isNumber }.last.flatMap { Int($0) } }.reduce(0, +)
    #expect(kept < lines)
    #expect(kept + count == lines)
  }
}
