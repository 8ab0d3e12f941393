import AssayComponents
import AssayDefinition
import AssayEngine
import AssayFormats
import AssayTestSupport
import Testing

/// The JSON Schema accepts what the decoder accepts, and refuses what an editor should underline.
@Suite struct PipelineSchemaTests {
  let validator = JSONSchemaValidator(PipelineJSONSchema(catalogue: .standard).json)

  @Test(arguments: Sample.all)
  func `an example is valid`(_ sample: Sample) throws {
    for example in sample.component.examples {
      let faults = validator.faults(of: try json(ofYAML: pipeline(around: example, family: sample.family)))
      #expect(faults.isEmpty, "\(example)\n\(faults.joined(separator: "\n"))")
    }
  }

  @Test(arguments: Sample.all)
  func `a key that an example's component does not have is refused`(_ sample: Sample) throws {
    for example in sample.component.examples {
      let path: [String] =
        switch sample.family {
        case SourceFamily.name: ["sources", "example"]
        case StepFamily.name: ["steps", "result"]
        case CheckFamily.name: ["checks", "example"]
        case OutputFamily.name: ["outputs", "0"]
        case ReportFamily.name: ["report"]
        case NotifierFamily.name: ["notify", "0"]
        case AuthFamily.name: ["apis", "example", "auth"]
        case PaginatorFamily.name: ["sources", "example", "paginator"]
        default: ["steps", "result"]
        }
      let valid = try json(ofYAML: pipeline(around: example, family: sample.family))
      #expect(try !validator.faults(of: valid.adding("misspelt", at: path[...])).isEmpty)
    }
  }

  @Test(arguments: Sample.all.filter { $0.family == CheckFamily.name })
  func `a check whose name is misspelt, or that has a key beside it that is not known, is refused`(
    _ sample: Sample
  ) throws {
    for example in sample.component.examples {
      let name = try Regex("\\b\(sample.component.kind)\\b")
      let misspelt = pipeline(around: example.replacing(name, with: "misspelt"), family: sample.family)
      #expect(try !validator.faults(of: json(ofYAML: misspelt)).isEmpty, "\(misspelt)")
    }
  }

  @Test func `the example of the reference is valid`() throws {
    #expect(try validator.faults(of: json(ofYAML: ReferencePages.example)) == [])
  }

  static let valid = [
    "steps: {s: {type: census, from: example, zip: \"{zip}\", year: \"${env:YEAR}\", columns: {a: B01003_001E}}}",
    "steps: {s: {type: sql, from: example, query: SELECT 1}}",
    "steps: {s: {type: geocode, from: example, provider: google, address: \"{a}\"}}",
    "steps: {s: {type: geocode, from: example, provider: \"${env:GEOCODER:-google}\", address: \"{a}\"}}",
    "apis: {crm: {concurrency: \"${env:N:-8}\", timeout: {read: 1h30m}, max_body: 16MiB, auth: {type: basic, username: 7, password: NO}}}",
    "apis: {crm: }",
    "checks: {example: }",
    "checks: {example: {columns: {a: not_null, b: [{not_null: , severity: warn}], c: []}, dataset: {row_count: {min: 1}}}}",
    "checks: {example: {score: {overall: {fail_below: 90.5}, weights: {validity: 0}}, key: id, private: [a, b], profile: true}}",
    "checks: {example: {columns: {a: [{range: {min: 2015-01-01}, at_most: 3}, {range: {max: -1.5}, at_least: 99.5%}]}}}",
    "outputs:",
    "memory: 64MiB",
    "description: 12",
  ]

  @Test(arguments: valid)
  func `what the decoder reads is valid`(_ part: String) throws {
    let text = "version: 1\nname: example\nsources: {example: {type: csv, path: example.csv}}\n\(part)\n"
    #expect(decode(text).diagnostics.filter { $0.severity == .error } == [])
    #expect(try validator.faults(of: json(ofYAML: text)) == [])
  }

  static let invalid = [
    "outputz: []",
    "steps: {s: {type: cencus, from: example}}",
    "steps: {s: {type: census, from: example, zip: {zip}, columns: {a: B}}}",
    "steps: {s: {type: census, from: example, zip: \"{zip}\", columns: {a: B}, year: 1900}}",
    "steps: {s: {type: census, zip: \"{zip}\", columns: {a: B}}}",
    "steps: {s: {from: example}}",
    "steps: {s: {type: geocode, from: example, provider: gogle, address: \"{a}\"}}",
    "steps: {s: {type: exchange_rate, from: example, provider: [open_er_api], amount: \"{a}\", currency: EUR, into: b}}",
    "apis: {crm: {timeout: {read: 10}}}",
    "apis: {crm: {retry: {jitter: some}}}",
    "apis: {crm: {retry: {max_attempts: many}}}",
    "checks: {example: {columns: {a: [{not_null: {}, unique: {}}]}}}",
    "checks: {example: {columns: {a: [range]}}}",
    "checks: {example: {columns: {a: [{severity: warn}]}}}",
    "checks: {example: {columns: {a: [{not_null: {}, at_least: half}]}}}",
    "checks: {example: {score: {overall: {fail_bellow: 90}}}}",
    "outputs: {type: csv, from: example, path: x}",
    "outputs: [{type: csv, from: example, path: x, publish: sometimes}]",
    "report: {jsn: x}",
    "memory: 64",
  ]

  @Test(arguments: invalid)
  func `what the decoder refuses for its shape is refused`(_ part: String) throws {
    let text = "version: 1\nname: example\nsources: {example: {type: csv, path: example.csv}}\n\(part)\n"
    #expect(decode(text).diagnostics.contains { $0.severity == .error })
    #expect(try validator.faults(of: json(ofYAML: text)) != [])
  }
}

extension JSONValue {
  /// The value with a member more in the object that the path leads to.
  fileprivate func adding(_ name: String, at path: ArraySlice<String>) throws -> JSONValue {
    switch self {
    case .object(var object):
      guard let step = path.first else {
        object.set(name, to: 1)
        return .object(object)
      }
      object.set(step, to: try #require(object[step]).adding(name, at: path.dropFirst()))
      return .object(object)
    case .array(var elements):
      let index = try #require(path.first.flatMap { Int($0) })
      elements[index] = try elements[index].adding(name, at: path.dropFirst())
      return .array(elements)
    default:
      Issue.record("there is no object at the path")
      return self
    }
  }
}
