#include "test/sim/strategy_validation.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace windlass::sim {
namespace {

// Returns the number before '%': 25 for "25%". Returns nullopt for anything else.
std::optional<int64_t> PercentOf(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  if (text.size() < 2 || text.size() > 9 || text.back() != '%') return std::nullopt;
  if (text.find_first_not_of("0123456789") != text.size() - 1) return std::nullopt;
  return std::stoll(text);
}

void CheckIntOrPercent(Causes& causes, const Json& value, const std::string& field) {
  if (value.is_string() && !PercentOf(value)) {
    causes.push_back(InvalidValue(field, value,
                                  "a valid percent string must be a numeric string followed by an "
                                  "ending '%' (e.g. '1%',  or '93%', regex used for validation is "
                                  "'[0-9]+%')"));
  } else if (value.is_number_integer() && value.get<int64_t>() < 0) {
    causes.push_back(InvalidValue(field, value, "must be greater than or equal to 0"));
  }
}

bool IsZero(const Json& value) {
  return (value.is_number_integer() && value.get<int64_t>() == 0) || PercentOf(value) == 0;
}

}  // namespace

void ValidateStrategy(Causes& causes, const Json& strategy) {
  const std::string type = TextAt(strategy, {"type"});
  const Json& rolling = At(strategy, {"rollingUpdate"});
  if (type == "Recreate") {
    if (!rolling.is_null()) {
      causes.push_back(ForbiddenField("spec.strategy.rollingUpdate",
                                      "may not be specified when strategy `type` is 'Recreate'"));
    }
    return;
  }
  if (type != "RollingUpdate") {
    causes.push_back(
        {"spec.strategy", "FieldValueNotSupported",
         "Unsupported value: \"" + type + "\": supported values: \"Recreate\", \"RollingUpdate\""});
    return;
  }
  const std::string field = "spec.strategy.rollingUpdate.maxUnavailable";
  const Json& unavailable = At(rolling, {"maxUnavailable"});
  const Json& surge = At(rolling, {"maxSurge"});
  CheckIntOrPercent(causes, unavailable, field);
  CheckIntOrPercent(causes, surge, "spec.strategy.rollingUpdate.maxSurge");
  if (IsZero(unavailable) && IsZero(surge)) {
    causes.push_back(InvalidValue(field, unavailable, "may not be 0 when `maxSurge` is 0"));
  }
  if (PercentOf(unavailable).value_or(0) > 100) {
    causes.push_back(InvalidValue(field, unavailable, "must not be greater than 100%"));
  }
}

}  // namespace windlass::sim
