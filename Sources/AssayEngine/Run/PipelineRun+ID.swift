internal import AssayStore

extension PipelineRun {
  /// The time and four random characters: `20261124-061500-k3x9`; those of a replay are its recording's.
  static func newID(_ options: RunOptions) -> String {
    if case .reads(let recording) = options.recording {
      return newID(recording.startedAt, ending: String(recording.hash.prefix(8)))
    }
    return newID()
  }

  /// The id of a run that begins now.
  package static func newID() -> String {
    let letters = Array("0123456789abcdefghijklmnopqrstuvwxyz")
    return newID(.now, ending: String((0..<4).map { _ in letters[Int.random(in: 0..<letters.count)] }))
  }

  private static func newID(_ time: StoreTime, ending: String) -> String {
    let digits = time.text.prefix(19).filter { $0 != "-" && $0 != ":" }
    let parts = digits.split(separator: "T")
    return "\(parts.joined(separator: "-"))-\(ending)"
  }
}
