internal import AssayColumns

extension OpenMeteo {
  /// Names that all weather providers share.
  static let common: [WeatherField] = [
    WeatherField("temperature_mean", "temperature_2m_mean"), WeatherField("temperature_max", "temperature_2m_max"),
    WeatherField("temperature_min", "temperature_2m_min"),
    WeatherField("feels_like_mean", "apparent_temperature_mean"),
    WeatherField("feels_like_max", "apparent_temperature_max"),
    WeatherField("feels_like_min", "apparent_temperature_min"), WeatherField("dew_point_mean", "dew_point_2m_mean"),
    WeatherField("humidity_mean", "relative_humidity_2m_mean"), WeatherField("precipitation", "precipitation_sum"),
    WeatherField("snowfall", "snowfall_sum"), WeatherField("wind_speed_max", "wind_speed_10m_max"),
    WeatherField("wind_gust_max", "wind_gusts_10m_max"),
    WeatherField("wind_direction", "wind_direction_10m_dominant"), WeatherField("pressure_mean", "pressure_msl_mean"),
    WeatherField("cloud_cover_mean"), WeatherField("solar_energy", "shortwave_radiation_sum"),
    WeatherField("sunrise", type: .text), WeatherField("sunset", type: .text),
  ]

  /// The archive's daily variables by their own names (open-meteo/open-meteo, `ForecastVariableDaily`).
  static let own: [WeatherField] =
    [
      "temperature_2m_mean", "temperature_2m_max", "temperature_2m_min", "apparent_temperature_mean",
      "apparent_temperature_max", "apparent_temperature_min", "wet_bulb_temperature_2m_mean",
      "wet_bulb_temperature_2m_max", "wet_bulb_temperature_2m_min", "dew_point_2m_mean", "dew_point_2m_max",
      "dew_point_2m_min", "relative_humidity_2m_mean", "relative_humidity_2m_max", "relative_humidity_2m_min",
      "vapour_pressure_deficit_max", "precipitation_sum", "precipitation_hours", "rain_sum", "showers_sum",
      "snowfall_sum", "snowfall_water_equivalent_sum", "snow_depth_mean", "snow_depth_max", "snow_depth_min",
      "wind_speed_10m_mean", "wind_speed_10m_max", "wind_speed_10m_min", "wind_gusts_10m_mean", "wind_gusts_10m_max",
      "wind_gusts_10m_min", "wind_direction_10m_dominant", "wind_speed_100m_mean", "wind_speed_100m_max",
      "wind_speed_100m_min", "wind_direction_100m_dominant", "pressure_msl_mean", "pressure_msl_max",
      "pressure_msl_min", "surface_pressure_mean", "surface_pressure_max", "surface_pressure_min", "cloud_cover_max",
      "cloud_cover_min", "visibility_mean", "visibility_max", "visibility_min", "shortwave_radiation_sum",
      "et0_fao_evapotranspiration", "et0_fao_evapotranspiration_sum", "growing_degree_days_base_0_limit_50",
      "leaf_wetness_probability_mean", "daylight_duration", "sunshine_duration", "uv_index_max",
      "uv_index_clear_sky_max", "cape_mean", "cape_max", "cape_min", "soil_moisture_0_to_7cm_mean",
      "soil_moisture_7_to_28cm_mean", "soil_moisture_28_to_100cm_mean", "soil_moisture_100_to_255cm_mean",
      "soil_moisture_0_to_10cm_mean", "soil_moisture_0_to_100cm_mean", "soil_temperature_0_to_7cm_mean",
      "soil_temperature_7_to_28cm_mean", "soil_temperature_28_to_100cm_mean", "soil_temperature_100_to_255cm_mean",
      "soil_temperature_0_to_100cm_mean",
    ].map { WeatherField($0) } + [WeatherField("weather_code", type: .integer)]
}

extension WeatherField {
  /// The names of a provider's fields, for its page.
  static func documentation(common: [WeatherField], own: [WeatherField]) -> String {
    let shared = common.map { $0.own == $0.name ? "`\($0.name)`" : "`\($0.name)` (`\($0.own)`)" }
    return """
      What it tells of a day, by names that all weather providers share, with its own in brackets: \(shared.joined(separator: ", ")).

      By its own names alone: \(own.filter { field in !common.contains { $0.own == field.own } }.map { "`\($0.name)`" }.joined(separator: ", ")).
      """
  }

  /// Why names that a file adds cannot be asked for.
  static func fault(inFurther names: [String]) -> String? {
    names.first { name in
      name.isEmpty || !name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == 95 }
    }.map { "'\($0)' is no name of a variable" }
  }
}
