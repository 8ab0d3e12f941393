internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// What the answers of exchangerate-api.com say, with a key (v6) and without one (open.er-api.com): a `result`, and with
/// `error` an `error-type`, whatever the status is. Rates are always asked for US dollars.
struct ExchangeRateAPIAnswers: Sendable {
  static let base = "USD"

  /// The member that holds the rates.
  var member: String
  /// What to do about a key that is not taken.
  var keyHint: String
  /// After how long a client that asked too often may ask again, where the service says so in its documentation alone.
  var pause: Duration?

  var expectation: BodyExpectation {
    BodyExpectation(.json, acceptedStatuses: [400, 401, 403, 404, 429]) { verdict(on: $0) }
  }

  private func verdict(on response: HTTPResponse) -> BodyExpectation.Verdict {
    let status = "answered \(statusText(response.status))"
    guard let body = try? JSONParser.parse(response.body), case .string(let result)? = body["result"] else {
      switch response.status {
      case 429:
        return .retry(.rateLimited, reason: status, after: response.headers["Retry-After"] == nil ? pause : nil)
      case 401, 403: return .fail(.config, reason: status, hint: keyHint)
      case 400...: return .fail(.config, reason: status, hint: "check the api's base_url")
      default: return .fail(.data, reason: "answered JSON without a 'result'", hint: "check the api's base_url")
      }
    }
    if result == "success" {
      if case .string(let base)? = body["base_code"], base != Self.base {
        return .fail(.data, reason: "answered rates of \(base), not of \(Self.base)", hint: "check the api's base_url")
      }
      if case .object? = body[member] { return .accept }
      return .fail(.data, reason: "answered no table '\(member)'", hint: "check the api's base_url")
    }
    let type = if case .string(let text)? = body["error-type"] { text } else { result }
    return verdict(onError: type)
  }

  /// What an error type means, after the documentation of v6; those with another name are of its older pages.
  private func verdict(onError type: String) -> BodyExpectation.Verdict {
    let reason = "answered the error '\(type)'"
    switch type {
    // No rates for a day is an answer.
    case "no-data-available": return .accept
    case "invalid-key": return .fail(.config, reason: reason, hint: keyHint)
    case "inactive-account":
      return .fail(.config, reason: reason, hint: "confirm the account's e-mail address, or look at its dashboard")
    case "quota-reached":
      return .fail(
        .rateLimited, reason: reason, hint: "the requests of the account's plan are used up until its month ends")
    case "plan-upgrade-required", "not-available-on-plan", "base-code-only-on-pro":
      return .fail(
        .config, reason: reason,
        hint: "the account's plan does not allow this request: historic rates need a paid one; 'frankfurter' tells them"
          + " without a key")
    case "unsupported-code":
      return .fail(.config, reason: reason, hint: "the service does not know \(Self.base): check the api's base_url")
    case "malformed-request": return .fail(.config, reason: reason, hint: "check the api's base_url")
    default: return .fail(.config, reason: reason)
    }
  }

  /// The newest rates.
  func latest(in body: [UInt8]) throws -> LatestRates {
    let answer = try JSONParser.parse(body)
    guard case .object(let rates)? = answer[member], case .integer(let updated)? = answer["time_last_update_unix"]
    else {
      throw RunFailure("the service has no rates at the moment, or does not say of when they are")
    }
    let next: Int64? = if case .integer(let seconds)? = answer["time_next_update_unix"] { seconds } else { nil }
    return LatestRates(
      table: RateTable(rates, base: Self.base, day: CalendarDay(number: updated / 86_400)), nextUpdate: next)
  }

  /// The rates of the one day that was asked for; none where there are none of it.
  func historic(in body: [UInt8]) throws -> [RateTable] {
    let answer = try JSONParser.parse(body)
    guard case .object(let rates)? = answer[member] else { return [] }
    guard case .integer(let year)? = answer["year"], case .integer(let month)? = answer["month"],
      case .integer(let day)? = answer["day"], (1...9999).contains(year), (1...12).contains(month),
      (1...31).contains(day)
    else { throw RunFailure("the service does not say of which day its rates are") }
    return [RateTable(rates, base: Self.base, day: CalendarDay(Int(year), Int(month), Int(day)))]
  }
}
