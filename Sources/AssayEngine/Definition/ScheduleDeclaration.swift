package import AssayDefinition

/// What happens when a slot comes while the pipeline is still running.
package enum OverlapPolicy: String, ConfigChoice {
  case skip, queue
}

/// Which of the slots are run that were missed while no scheduler ran.
package enum CatchUpPolicy: String, ConfigChoice {
  case none, latest, all
}

/// When the run of a slot that broke is tried again.
package struct RunRetryDeclaration: ConfigObject {
  package var maxAttempts = 1
  package var initial = Duration.seconds(60)
  package var factor = 2.0
  package var max = Duration.seconds(3600)

  package static let schema = Schema(
    "run retry", RunRetryDeclaration(),
    summary: "When the run of a slot that broke is tried again, going on from what it was answered.",
    keys: [
      Key("max_attempts", \.maxAttempts, range: 1...100, "Runs of one slot, the first among them."),
      Key("initial", \.initial, "The wait before the second one."),
      Key("factor", \.factor, "What each wait is multiplied with for the next."),
      Key("max", \.max, "The longest wait."),
    ],
    rules: [Rule("factor") { $0.factor >= 1 ? nil : "a factor is at least 1" }])
}

/// One entry under `schedule`.
package struct ScheduleDeclaration: ConfigObject {
  package var cron: [String] = []
  package var timezone = "UTC"
  package var jitter = Duration.zero
  package var overlap = OverlapPolicy.skip
  package var catchUp = CatchUpPolicy.none
  package var catchUpWindow = Duration.seconds(7 * 86_400)
  package var params = Named<String>()
  package var retry = RunRetryDeclaration()

  package static let schema = Schema(
    "schedule", ScheduleDeclaration(), summary: "When `assay schedule` runs the pipeline.",
    keys: [
      Key(
        "cron", \.cron, required: true,
        "When: five cron fields (minute, hour, day of month, month, day of week), or a list of such."),
      Key("timezone", \.timezone, "The IANA time zone whose clock the times are of."),
      Key(
        "jitter", \.jitter,
        "The run starts up to so much later, by an amount that is the same for a slot whenever it is asked for."),
      Key(
        "overlap", \.overlap,
        "What happens when a slot comes while the pipeline is still running: `skip` it, or `queue` it."),
      Key(
        "catch_up", \.catchUp,
        "Which slots are run that were missed while no scheduler ran, or whose run was killed: `none`, the `latest`, or `all`."
      ),
      Key("catch_up_window", \.catchUpWindow, "Slots that were missed longer ago are not caught up."),
      Key("params", \.params, "Params of the runs that this schedule starts."),
      Key("retry", \.retry, "When the run of a slot that broke is tried again."),
    ])
}
