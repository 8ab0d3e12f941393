import FuzzSubjects
import Testing

/// A short slice of each fuzzer, the same in every run; `Scripts/fuzz` runs them at length.
@Suite struct `Fuzzing` {
  @Test(arguments: FuzzSubject.all.map(\.name))
  func `a short slice finds no difference from the plain twin`(name: String) throws {
    let subject = try #require(FuzzSubject.all.first { $0.name == name })
    var inputs = 0
    for number in 0..<UInt64(name == "yaml" ? 60 : 250) {
      let round = subject.run(seed: 1, round: number)
      inputs += round.inputs
      if let finding = round.finding {
        Issue.record("round \(number): \(finding.what)\n\(finding.literal)")
        return
      }
    }
    #expect(inputs > 100)
  }
}
