import AssayColumns
import AssayComponents
import AssayDefinition
import AssayEngine
import AssayHTTP
import Testing

/// A geocoder as a file has it: a name, or a mapping with its keys.
func geocoder(_ yaml: String) throws -> any GeocodeProvider {
  let context = Decoding(variables: Variables(unsetIsFault: false), catalogue: .standard)
  let node = try #require(YAMLReader.read(yaml).root)
  let named = NamedComponent<GeocoderFamily>.decode(node, context)
  #expect(context.diagnostics.isEmpty)
  return try #require(named).value
}

/// The look-ups of a `geocode` step with these keys, one for each provider.
func geocodeLookups(_ keys: String) throws -> [any Lookup] {
  let result = decode(pipeline(around: "type: geocode\nfrom: example\n\(keys)", family: StepFamily.name))
  let definition = try #require(result.definition, "\(result.diagnostics)")
  guard case .lookup(let first, let fallbacks) = definition.steps[0].step.work else { return [] }
  return [first] + fallbacks
}

extension GeocodeTask {
  /// Addresses in parts or as one text, with columns of these fields.
  init(_ fields: String..., inParts: Bool = true) {
    self.init(isInParts: inParts, fields: Set(["latitude", "longitude"] + fields))
  }
}

/// A client whose requests are looked at and never sent.
func idleClient(_ base: String = "http://h") throws -> APIClient {
  APIClient(name: "a", base: try RequestURL(base), transport: NoNetwork(), mask: SecretMask())
}

private struct NoNetwork: Transport {
  func send(
    _ request: HTTPRequest, timeouts: Timeouts, maxBody: Int
  ) async throws(TransportFailure) -> HTTPResponse {
    throw TransportFailure(.client, "nothing is sent here")
  }
}

/// An answer of status 200, or of another one.
func response(_ body: String, status: Int = 200, type: String? = nil) throws -> HTTPResponse {
  let headers: HeaderFields = type.map { ["Content-Type": $0] } ?? [:]
  return HTTPResponse(
    status: status, headers: headers, body: Array(body.utf8), finalURL: try RequestURL("http://h/"))
}

extension GeocodeProvider {
  /// What an answer says of its keys, after its judge has let it pass.
  func answers(_ task: GeocodeTask, to keys: Int = 1, _ response: HTTPResponse) async throws -> [LookupAnswer] {
    let keys = (0..<keys).map { LookupKey(["\($0) MAIN ST", "", "", "02108"]) }
    #expect(await expectation(of: keys, task).judgement(of: response) == .accept)
    let exchange = HTTPExchange(request: HTTPRequest(.get, response.finalURL), response: response, attempts: 1)
    let answers = try answers(to: keys, task, exchange)
    // What is remembered of an answer says the same.
    for answer in answers {
      let payload = try #require(answer.origin?.payload)
      let again = try recall(RememberedAnswer(status: response.status, payload: payload), task)
      #expect(again.status == answer.status && again.cells == answer.cells && again.quality == answer.quality)
    }
    return answers
  }

  /// A cell of an answer, by its field.
  func cell(_ field: String, of answer: LookupAnswer?) -> String? {
    fields.firstIndex { $0.name == field }.flatMap { answer?.cells[$0].text }
  }
}
