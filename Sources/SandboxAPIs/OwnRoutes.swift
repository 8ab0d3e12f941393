/// The sandbox's own routes: they are not counted, and no fault strikes them.
enum OwnRoutes {
  static func answer(_ request: SandboxRequest, ledger: RequestLedger) -> Answer? {
    switch request.path {
    case "/__requests":
      let state = ledger.snapshot
      return .json([
        "total": .integer(state.total),
        "peak_in_flight": .integer(state.peakInFlight),
        "paths": counts(state.paths),
        "faults": counts(state.faults),
      ])
    case "/__reset":
      ledger.reset()
      return Answer(status: 204, contentType: "", body: "")
    default:
      return nil
    }
  }

  private static func counts(_ counts: [String: Int]) -> JSONText {
    .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
  }
}
