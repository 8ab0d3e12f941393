internal import AssayColumns
internal import AssayFormats
package import AssayHTTP

extension VisualCrossing {
  /// Names that all weather providers share.
  static let common: [WeatherField] = [
    WeatherField("temperature_mean", "temp"), WeatherField("temperature_max", "tempmax"),
    WeatherField("temperature_min", "tempmin"), WeatherField("feels_like_mean", "feelslike"),
    WeatherField("feels_like_max", "feelslikemax"), WeatherField("feels_like_min", "feelslikemin"),
    WeatherField("dew_point_mean", "dew"), WeatherField("humidity_mean", "humidity"),
    WeatherField("precipitation", "precip"), WeatherField("snowfall", "snow"),
    WeatherField("wind_speed_max", "windspeed"), WeatherField("wind_gust_max", "windgust"),
    WeatherField("wind_direction", "winddir"), WeatherField("pressure_mean", "pressure"),
    WeatherField("cloud_cover_mean", "cloudcover"), WeatherField("solar_energy", "solarenergy"),
    WeatherField("sunrise", type: .text), WeatherField("sunset", type: .text),
  ]

  /// The elements of a day that come without asking, by their own names.
  static let own: [WeatherField] =
    [
      "temp", "tempmax", "tempmin", "feelslike", "feelslikemax", "feelslikemin", "dew", "humidity", "precip",
      "precipprob", "precipcover", "snow", "snowdepth", "windspeed", "windgust", "winddir", "pressure", "cloudcover",
      "visibility", "solarradiation", "solarenergy", "uvindex", "severerisk", "moonphase",
    ].map { WeatherField($0) }
    + ["preciptype", "conditions", "description", "icon", "source"].map { WeatherField($0, type: .text) }

  /// Elements that are times of the day.
  static let times: Set<String> = ["sunrise", "sunset"]

  package func expectation(_ clock: any RetryClock) -> BodyExpectation {
    BodyExpectation(.any, acceptedStatuses: [400, 401, 429]) { response in
      let text = String(decoding: response.body.prefix(500), as: UTF8.self)
      let lower = text.lowercased()
      let answered = "answered \(response.status): \(text.prefix(200))"
      switch response.status {
      case 401:
        return .fail(
          .config, reason: answered,
          hint: "the key stands in the api's auth: {type: api_key, in: query, name: key, value: …}")
      case 400:
        let isUnknownPlace = lower.contains("location") || lower.contains("zip code")
        return isUnknownPlace ? .notFound : .fail(.data, reason: answered)
      case 429 where lower.contains("concurrent"): return .retry(.rateLimited, reason: answered)
      default: break
      }
      // A quota that is used up has come with status 200 too.
      if lower.contains("you have exceeded") {
        return .fail(
          .config, reason: answered, hint: "the plan's records are used up: come again later, or raise the plan")
      }
      if response.status == 429 { return .retry(.rateLimited, reason: answered) }
      guard (try? JSONParser.parse(response.body))?["days"]?.elements != nil else {
        return .fail(.data, reason: "answered no days: \(text.prefix(200))", hint: "check the api's base_url")
      }
      return .accept
    }
  }
}
