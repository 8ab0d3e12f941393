internal import ArgumentParser
internal import AssayEngine
internal import AssaySchedule
internal import AssayStore
internal import Foundation

extension RunTrigger: ExpressibleByArgument {}

/// What a program that starts runs tells them, and people do not: the scheduler, `backfill`.
struct RunControlOptions: ParsableArguments {
  @Option(name: .customLong("run-id"), help: .hidden)
  var runID: String?

  @Option(help: .hidden)
  var trigger = RunTrigger.manual

  /// Who claimed the slot that the run is for.
  @Option(help: .hidden)
  var claim: String?

  @Option(help: .hidden)
  var claimVariant = ""

  /// Runs of the pipeline that stand for other moments may go on.
  @Flag(help: .hidden)
  var besideOthers = false

  /// The run that this one goes on with, if the definition and the params are still its own; else it begins anew.
  @Option(help: .hidden)
  var goOnWith: String?

  /// The place, from 0, of the schedule whose params the run has: they may be secret, and stand in no call.
  @Option(help: .hidden)
  var paramsOfSchedule: Int?

  /// The file's text comes from stdin, as it was when whoever starts the run read it.
  @Flag(help: .hidden)
  var definitionFromStdin = false

  func validate() throws {
    if let runID, runID.isEmpty || !runID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
      throw ValidationError("--run-id is a word")
    }
  }

  /// The pipeline's text, where it comes from stdin.
  func definition() throws -> String? {
    definitionFromStdin ? try definitionFromStandardInput() : nil
  }

  /// Tells a run's options what the call says; `slot` is the moment that the run stands for.
  func apply(to options: inout RunOptions, slot: ZonedMoment?) {
    options.runID = runID
    options.trigger = trigger
    options.runsBesideOthers = besideOthers
    if let claim, let slot {
      options.claim = SlotClaim(
        slot: StoreTime(milliseconds: Int64(slot.seconds) * 1000), variant: claimVariant, owner: claim)
    }
  }
}

/// The text of a pipeline file that comes from stdin; one that is no text ends the command.
func definitionFromStandardInput() throws -> String {
  let data = FileHandle.standardInput.readDataToEndOfFile()
  guard let text = String(validating: data, as: UTF8.self) else {
    Terminal.error("error: the pipeline file on stdin is not UTF-8")
    throw ExitStatus(code: 2)
  }
  return text
}
