internal import AssayColumns
package import AssayDefinition
internal import AssayFormats
internal import AssayHTTP
package import AssaySchedule

/// What happens when a slot comes while the pipeline is still running.
package enum OverlapPolicy: String, ConfigChoice {
  case skip, queue
}

/// Which of the slots are run that were missed while no scheduler ran.
package enum CatchUpPolicy: String, ConfigChoice {
  case none, latest, all
}

/// A cron expression as it stands in the file.
package struct CronText: ConfigValue {
  package var text: String
  package var expression: CronExpression

  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> CronText? {
    guard let text = context.text(node, expecting: "a cron expression such as 15 6 * * 1-5") else { return nil }
    do throws(CronFault) {
      return CronText(text: text, expression: try CronExpression(text))
    } catch {
      context.fault(.badValue, at: node.location, error.description)
      return nil
    }
  }

  package static func display(_ value: CronText) -> String? { value.text }
}

/// The name of a place whose clock times are of.
package struct TimeZoneName: ConfigValue {
  package var rules: ZoneRules

  package init(_ rules: ZoneRules) { self.rules = rules }

  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> TimeZoneName? {
    guard let name = context.text(node, expecting: "a time zone such as Europe/Berlin") else { return nil }
    if let rules = ZoneRules(name: name) { return TimeZoneName(rules) }
    context.fault(
      .badValue, at: node.location,
      "there is no time zone '\(name)'\(suggestion(for: name, among: ZoneRules.knownNames)); "
        + "it is a name of the IANA, such as Europe/Berlin or UTC")
    return nil
  }

  package static func display(_ value: TimeZoneName) -> String? { value.rules.name }
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
  package var cron: [CronText] = []
  package var timezone = TimeZoneName(.utc)
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
        "When: five cron fields (minute, hour, day of month, month, day of week) or `@daily` and its like, or a list of such."
      ),
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
    ],
    rules: [Rule("cron") { $0.cron.isEmpty ? "a schedule needs a cron expression" : nil }])
}

extension ScheduleDeclaration {
  /// Checks the schedule's params against those that the pipeline declares: nobody is there to give one that is missing.
  func checkParams(_ declared: YAMLNode?, of schedule: YAMLNode, _ context: Decoding) {
    for pair in schedule["params"]?.pairs ?? [] {
      if case .scalar(let text, _) = pair.value.kind, text.contains("${run:") {
        context.fault(
          .badValue, at: pair.value.location,
          "params of a schedule are read before its runs have a date; write '\(text)' as the param's default")
      }
    }
    let names = declared?.pairs?.map(\.key) ?? []
    for item in params.items {
      guard let declaration = declared?[item.name] else {
        context.fault(
          .missingReference, at: item.location,
          "the pipeline has no param '\(item.name)'\(suggestion(for: item.name, among: names))")
        continue
      }
      var type = ValueType.text
      if case .scalar(let word, _) = declaration["type"]?.kind { type = ValueType(rawValue: word) ?? .text }
      if conform(.text(item.value), to: type) == nil {
        context.fault(
          .badValue, at: item.location, "the param '\(item.name)' is \(type.rawValue), not '\(item.value)'")
      }
    }
    for pair in declared?.pairs ?? [] where pair.value["default"] == nil && params[pair.key] == nil {
      context.fault(
        .missingKey, at: schedule.location,
        "\(context.owner) gives no value to the param '\(pair.key)', which has no default; set it under 'params'")
    }
  }

  /// The schedule as the scheduler takes it.
  package var jobSchedule: JobSchedule {
    JobSchedule(
      slots: SlotCalendar(cron.map(\.expression), zone: timezone.rules), variant: variant,
      jitter: Int(jitter.components.seconds),
      overlap: overlap == .skip ? .skip : .queue,
      catchUp: catchUp == .none ? .none : catchUp == .latest ? .latest : .all,
      catchUpWindow: Int(catchUpWindow.components.seconds),
      retry: SlotRetry(
        maxAttempts: retry.maxAttempts, initial: retry.initial.seconds, factor: retry.factor, max: retry.max.seconds))
  }

  /// Tells the runs of a pipeline's schedules apart: a hash of the params, since they may hold secrets, or empty.
  package var variant: String {
    if params.items.isEmpty { return "" }
    var object = JSONObject()
    for item in params.items.sorted(by: { $0.name < $1.name }) { object.set(item.name, to: .string(item.value)) }
    return String(sha256Hex(Array(JSONValue.object(object).text.utf8)).prefix(16))
  }
}
