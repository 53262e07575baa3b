#include "test/sim/object.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

namespace windlass::sim {
namespace {

const Json& Null() {
  static const Json kNull;
  return kNull;
}

constexpr int64_t kSecondsPerDay = 86400;

// Howard Hinnant's algorithm for civil dates, from 1970 on.
std::array<int64_t, 3> DateOfDay(int64_t day) {
  day += 719468;
  const int64_t era = day / 146097;
  const int64_t of_era = day % 146097;
  const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const int64_t shifted_month = (5 * of_year + 2) / 153;
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const int64_t date = of_year - (153 * shifted_month + 2) / 5 + 1;
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, date};
}

int64_t DayOfDate(int64_t year, int64_t month, int64_t date) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = year / 400;
  const int64_t of_era = year % 400;
  const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

}  // namespace

size_t StoredSize(const Json& value) {
  size_t size = 2;
  if (value.is_string()) return size + value.get_ref<const std::string&>().size();
  if (value.is_object()) {
    for (const auto& [key, field] : value.items()) size += key.size() + StoredSize(field);
  } else if (value.is_array()) {
    for (const Json& item : value) size += StoredSize(item);
  }
  return size;
}

Object MakeObject(Json value) { return std::make_shared<const Json>(std::move(value)); }

const Json& At(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* here = &value;
  for (const std::string_view key : path) {
    const auto* members = here->get_ptr<const Json::object_t*>();
    if (members == nullptr) return Null();
    const auto found = members->find(key);
    if (found == members->end()) return Null();
    here = &found->second;
  }
  return *here;
}

std::string TextAt(const Json& value, std::initializer_list<std::string_view> path) {
  const Json& found = At(value, path);
  return found.is_string() ? found.get<std::string>() : std::string();
}

int64_t IntAt(const Json& value, std::initializer_list<std::string_view> path, int64_t absent) {
  const Json& found = At(value, path);
  return found.is_number_integer() ? found.get<int64_t>() : absent;
}

bool BoolAt(const Json& value, std::initializer_list<std::string_view> path) {
  const Json& found = At(value, path);
  return found.is_boolean() && found.get<bool>();
}

std::string NameOf(const Json& object) { return TextAt(object, {"metadata", "name"}); }
std::string NamespaceOf(const Json& object) { return TextAt(object, {"metadata", "namespace"}); }
std::string UidOf(const Json& object) { return TextAt(object, {"metadata", "uid"}); }
std::string RevisionOf(const Json& object) {
  return TextAt(object, {"metadata", "resourceVersion"});
}
bool IsDeleting(const Json& object) {
  return At(object, {"metadata", "deletionTimestamp"}).is_string();
}
std::string LabelOf(const Json& object, std::string_view key) {
  return TextAt(object, {"metadata", "labels", key});
}
std::string AnnotationOf(const Json& object, std::string_view key) {
  return TextAt(object, {"metadata", "annotations", key});
}

int64_t ReplicasOf(const Json& object) { return IntAt(object, {"spec", "replicas"}, 1); }

const Json& ControllerOf(const Json& object) {
  const Json& references = At(object, {"metadata", "ownerReferences"});
  if (!references.is_array()) return Null();
  for (const Json& reference : references) {
    if (BoolAt(reference, {"controller"})) return reference;
  }
  return Null();
}

std::string ControllerUidOf(const Json& object) { return TextAt(ControllerOf(object), {"uid"}); }

const Json& ConditionOf(const Json& object, std::string_view type) {
  const Json& conditions = At(object, {"status", "conditions"});
  if (!conditions.is_array()) return Null();
  for (const Json& condition : conditions) {
    if (TextAt(condition, {"type"}) == type) return condition;
  }
  return Null();
}

bool IsTerminalPod(const Json& pod) {
  const std::string phase = TextAt(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

bool IsActivePod(const Json& pod) { return !IsTerminalPod(pod) && !IsDeleting(pod); }

bool IsReadyPod(const Json& pod) { return TextAt(ConditionOf(pod, "Ready"), {"status"}) == "True"; }

bool IsAvailablePod(const Json& pod, seconds min_ready, WallTime now) {
  if (!IsReadyPod(pod)) return false;
  if (min_ready.count() == 0) return true;
  const WallTime since = TimeValue(TextAt(ConditionOf(pod, "Ready"), {"lastTransitionTime"}));
  return !since.IsZero() && since + min_ready <= now;
}

std::string TimeText(WallTime time) {
  const auto [year, month, date] = DateOfDay(time.unix_seconds / kSecondsPerDay);
  const int64_t second = time.unix_seconds % kSecondsPerDay;
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04ld-%02ld-%02ldT%02ld:%02ld:%02ldZ",
                static_cast<long>(year), static_cast<long>(month), static_cast<long>(date),
                static_cast<long>(second / 3600), static_cast<long>(second / 60 % 60),
                static_cast<long>(second % 60));
  return text.data();
}

WallTime TimeValue(std::string_view text) {
  long year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0;
  const int read = std::sscanf(std::string(text).c_str(), "%ld-%ld-%ldT%ld:%ld:%ldZ", &year, &month,
                               &date, &hour, &minute, &second);
  if (read != 6) return {};
  return {DayOfDate(year, month, date) * kSecondsPerDay + hour * 3600 + minute * 60 + second};
}

}  // namespace windlass::sim
