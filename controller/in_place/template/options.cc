#include "controller/in_place/template/options.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "controller/in_place/template/removed_settings.h"
#include "controller/in_place/template/words.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::in_place {
namespace {

constexpr std::string_view kPrefix = "windlass.dev/in-place-";
constexpr std::string_view kKeys[] = {kInPlaceKey,  kMaxUnavailable, kSurge,        kPartition,
                                      kCanaryFirst, kDrain,          kDrainSeconds, kOnFailure,
                                      kPdb,         kResources,      kUnblock};
constexpr int32_t kDrainSecondsDefault = 10;
constexpr int32_t kDrainSecondsMax = 3600;

template <typename Value>
struct Choice {
  std::string_view word;
  Value value;
};
constexpr Choice<Policy> kPolicies[] = {{"Disabled", Policy::kDisabled},
                                        {"IfPossible", Policy::kIfPossible},
                                        {"Only", Policy::kOnly},
                                        {"Release", Policy::kRelease}};
constexpr Choice<Surge> kSurges[] = {
    {"Auto", Surge::kAuto}, {"Never", Surge::kNever}, {"Always", Surge::kAlways}};
constexpr Choice<bool> kBools[] = {{"true", true}, {"false", false}};
constexpr Choice<OnFailure> kOnFailures[] = {
    {"Hold", OnFailure::kHold}, {"Revert", OnFailure::kRevert}, {"Recreate", OnFailure::kReplace}};
constexpr Choice<PdbPolicy> kPdbs[] = {{"Respect", PdbPolicy::kRespect},
                                       {"Ignore", PdbPolicy::kIgnore}};
constexpr Choice<bool> kResizes[] = {{"Never", false}, {"IfPossible", true}};

// Returns the words as a text. Example: "Auto, Never or Always".
template <typename Value>
std::string WordsOf(std::span<const Choice<Value>> choices) {
  std::string text;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += choices[i].word;
  }
  return text;
}

template <typename Value>
const Value* FindWord(std::span<const Choice<Value>> choices, std::string_view word) {
  const auto found = std::ranges::find_if(
      choices, [&](const Choice<Value>& choice) { return IsWord(word, choice.word); });
  return found == choices.end() ? nullptr : &found->value;
}

// Reads the settings one by one. If a value is wrong, reports the value and keeps the default.
class Reader {
 public:
  explicit Reader(const Workload& workload) : workload_(workload) {}

  Configuration Read();

 private:
  std::optional<std::string_view> Value(std::string_view key) const {
    for (const Setting& setting : workload_.in_place_settings) {
      if (setting.key == key) return setting.value;
    }
    return std::nullopt;
  }
  std::string Text(std::string_view key, std::string_view what) const {
    const SettingPlace place = workload_.kind.PlaceOf(key);
    return Object() + ": " + std::string(place.noun) + " " + place.name + ": " + std::string(what);
  }
  // Returns the workload for messages. Example: "deployment ns/web".
  std::string Object() const {
    return std::string(workload_.kind.traits().noun) + " " + KeyOf(workload_.meta).ToString();
  }
  // Returns what users call the place of a setting. Example: "annotation".
  std::string Noun(std::string_view key) const {
    return std::string(workload_.kind.PlaceOf(key).noun);
  }
  void Refuse(std::string_view key, std::string_view what) {
    configuration_.errors.push_back({ErrorKind::kConfig, Text(key, what)});
  }
  void Warn(std::string_view key, std::string_view what) {
    configuration_.warnings.push_back(Text(key, what));
  }

  template <typename T, size_t N>
  void ReadWord(std::string_view key, const Choice<T> (&choices)[N], T& into);
  template <typename Integer>
  void ReadNumber(std::string_view key, Integer least, Integer most, std::string_view example,
                  std::optional<Integer>& into);
  std::optional<int32_t> ReadPods(std::string_view key, bool round_up);
  std::optional<int32_t> Accept(std::string_view key, const Result<int32_t>& pods);
  void ReadPdb();
  void ReadDrain();
  void ReadLimits();
  void ReadPartition();
  int32_t NativeLimit(const std::optional<IntOrPercent>& value, bool round_up,
                      std::string_view field);
  bool NoneMayEverBeUnavailable() const;
  void ReadRemoved();
  void CheckTogether();
  void WarnOfUnknown();

  const Workload& workload_;
  Configuration configuration_;
  Options& options_ = configuration_.options;
};

template <typename T, size_t N>
void Reader::ReadWord(std::string_view key, const Choice<T> (&choices)[N], T& into) {
  const auto text = Value(key);
  if (!text) return;
  const std::span<const Choice<T>> all(choices);
  if (const T* value = FindWord(all, *text)) {
    into = *value;
  } else {
    Refuse(key, Quoted(*text) + " is not known: write " + WordsOf(all));
  }
}

template <typename Integer>
void Reader::ReadNumber(std::string_view key, Integer least, Integer most, std::string_view example,
                        std::optional<Integer>& into) {
  const auto text = Value(key);
  if (!text) return;
  const auto number = ParseWhole<Integer>(*text);
  if (number && *number >= least && *number <= most) {
    into = number;
  } else {
    Refuse(key, Quoted(*text) + " is not valid: write " + std::string(example));
  }
}

IntOrPercent PodsIn(std::string_view text) {
  const auto count = ParseWhole<int32_t>(text);
  return count ? IntOrPercent::Int(*count) : IntOrPercent::Percent(std::string(text));
}

// Reads a count of Pods or a percentage of the replicas; nullopt if the setting is absent or wrong.
std::optional<int32_t> Reader::ReadPods(std::string_view key, bool round_up) {
  const auto text = Value(key);
  if (!text) return std::nullopt;
  return Accept(key, Resolve(PodsIn(*text), workload_.replicas, round_up));
}

// Returns the number in `pods`. If `pods` is an error, refuses the value of `key` and returns
// nullopt.
std::optional<int32_t> Reader::Accept(std::string_view key, const Result<int32_t>& pods) {
  if (pods.ok()) return *pods;
  Refuse(key, pods.error().message);
  return std::nullopt;
}

// v0.1.0 knew a third value, Reserve. It is refused with a message of its own.
void Reader::ReadPdb() {
  const auto text = Value(kPdb);
  if (text && IsWord(*text, "Reserve")) {
    return Refuse(kPdb,
                  "Reserve does not exist any more: write Respect or remove the " + Noun(kPdb));
  }
  ReadWord(kPdb, kPdbs, options_.pdb);
}

void Reader::ReadDrain() {
  if (const auto text = Value(kDrain)) {
    Result<Drain> drain = ParseDrain(*text);
    const Status fits = drain.ok() ? CheckDrain(*drain, workload_) : drain.error();
    if (fits.ok()) {
      if (const auto odd = WarnOfDrain(*drain, workload_.template_json)) Warn(kDrain, *odd);
      options_.drain = *std::move(drain);
    } else {
      Refuse(kDrain, Quoted(*text) + " is not valid: " + fits.error().message);
    }
  }
  std::optional<int32_t> seconds;
  ReadNumber(kDrainSeconds, 0, kDrainSecondsMax, "whole seconds from 0 to 3600", seconds);
  const bool drains = options_.drain.mode != Drain::Mode::kNone;
  options_.drain_seconds = drains ? seconds.value_or(kDrainSecondsDefault) : 0;
}

// Returns maxUnavailable or maxSurge of the workload's own strategy, in Pods. Reports a wrong value
// and returns 0 instead. The API server sets the defaults of both. For a Rollout without
// rollingUpdate, rollout/strategy.h sets them.
int32_t Reader::NativeLimit(const std::optional<IntOrPercent>& value, bool round_up,
                            std::string_view field) {
  if (!value) return 0;
  const Result<int32_t> pods = Resolve(*value, workload_.replicas, round_up);
  if (pods.ok()) return *pods;
  configuration_.errors.push_back(
      {ErrorKind::kConfig, Object() + ": " + std::string(workload_.limits_field) + "." +
                               std::string(field) + ": " + pods.error().message});
  return 0;
}

void Reader::ReadLimits() {
  int32_t unavailable = workload_.replicas;  // strategy Recreate: no limit
  if (workload_.strategy == Strategy::kRollingUpdate) {
    unavailable = NativeLimit(workload_.max_unavailable, false, "maxUnavailable");
    options_.max_surge = NativeLimit(workload_.max_surge, true, "maxSurge");
    if (unavailable == 0 && options_.max_surge == 0) unavailable = 1;  // as upstream (D-251)
  }
  unavailable = ReadPods(kMaxUnavailable, false).value_or(unavailable);
  options_.max_unavailable = std::min(unavailable, workload_.replicas);
  ReadWord(kSurge, kSurges, options_.surge);
  if (options_.surge == Surge::kNever) options_.max_surge = 0;
}

// Reads how many Pods keep the old revision. A percentage is rounded up (ResolvePart):
//   - 25% of 10 replicas: 2.5, rounded up 3
//   - 75% of 3 replicas: 2.25, rounded up 3, limited to 2, so that one Pod is updated
//   - 50% of 1 replica: 0.5, rounded up 1, so no Pod is updated
void Reader::ReadPartition() {
  const int32_t replicas = workload_.replicas;
  const auto text = Value(kPartition);
  if (!text) return;
  const IntOrPercent pods = PodsIn(*text);
  options_.partition = Accept(kPartition, ResolvePart(pods, replicas)).value_or(0);
  options_.has_partition = IsAboveZero(pods);
  if (options_.partition <= replicas) return;
  Warn(kPartition, Quoted(*Value(kPartition)) + " is more than the " + std::to_string(replicas) +
                       " replicas, so all of them keep the old revision");
  options_.partition = replicas;
}

// Returns true if the limit of unavailable Pods (the setting or, without it, the strategy's) is 0
// for every number of replicas. A strategy whose maxUnavailable and maxSurge are both 0 has limit
// 1, as in ReadLimits.
bool Reader::NoneMayEverBeUnavailable() const {
  const auto is_nothing = [](const IntOrPercent& value) {
    const Result<int32_t> pods = Resolve(value, std::numeric_limits<int32_t>::max(), false);
    return pods.ok() && *pods == 0;
  };
  if (const auto text = Value(kMaxUnavailable)) return is_nothing(PodsIn(*text));
  const std::optional<IntOrPercent>& unavailable = workload_.max_unavailable;
  const std::optional<IntOrPercent>& surge = workload_.max_surge;
  if (workload_.strategy != Strategy::kRollingUpdate || !unavailable || !surge) return false;
  return is_nothing(*unavailable) && !is_nothing(*surge);
}

void Reader::ReadRemoved() {
  for (const RemovedSetting& setting : RemovedSettings()) {
    const auto text = Value(setting.key);
    if (!text) continue;
    if (setting.is_default(*text)) {
      Warn(setting.key,
           "has no effect any more, because Windlass now always does what this setting asks for: "
           "remove the setting");
    } else {
      Refuse(setting.key, Quoted(*text) + " is not supported any more: remove the " +
                              Noun(setting.key) + ". Then " + std::string(setting.what_holds));
    }
  }
}

// Reports values that are valid alone but contradict each other.
void Reader::CheckTogether() {
  if (options_.policy != Policy::kOnly || options_.surge != Surge::kNever) return;
  if (!NoneMayEverBeUnavailable()) return;
  Refuse(kSurge,
         "with Never, Windlass cannot update any Pod, because no Pod may be unavailable: set " +
             workload_.kind.PlaceOf(kMaxUnavailable).name + " to 1 or more, or write Auto");
}

void Reader::WarnOfUnknown() {
  for (const auto& [key, value] : workload_.in_place_settings) {
    if (!key.starts_with(kPrefix) || std::ranges::count(kKeys, key) > 0) continue;
    if (std::ranges::count(RemovedSettings(), key, &RemovedSetting::key) > 0) continue;
    Warn(key, "is not a known setting and has no effect: correct its name or remove it");
  }
}

Configuration Reader::Read() {
  const auto asked = Value(kInPlaceKey);
  if (!asked || IsWord(*asked, "Disabled")) return {};
  ReadWord(kInPlaceKey, kPolicies, options_.policy);
  ReadLimits();
  ReadPartition();
  ReadWord(kCanaryFirst, kBools, options_.canary_first);
  ReadDrain();
  ReadWord(kOnFailure, kOnFailures, options_.on_failure);
  ReadPdb();
  ReadWord(kResources, kResizes, options_.resources);
  ReadNumber<int64_t>(kUnblock, 1, std::numeric_limits<int64_t>::max(), "the number of a revision",
                      options_.unblock);
  ReadRemoved();
  CheckTogether();
  WarnOfUnknown();
  const bool is_wrong = !configuration_.errors.empty();
  if (is_wrong && options_.policy != Policy::kOnly) options_.policy = Policy::kDisabled;
  return std::move(configuration_);
}

bool AsksBy(std::string_view word) {
  const Policy* policy = FindWord<Policy>(kPolicies, word);
  return policy != nullptr && *policy != Policy::kDisabled;
}

}  // namespace

Configuration ReadOptions(const Workload& workload) { return Reader(workload).Read(); }

bool Asks(const Workload& workload) {
  return std::ranges::any_of(workload.in_place_settings, [](const Setting& setting) {
    return setting.key == kInPlaceKey && AsksBy(setting.value);
  });
}

bool Asks(const ObjectMeta& meta) {
  const auto word = meta.annotations.Find(kInPlaceKey);
  return word && AsksBy(*word);
}

}  // namespace windlass::in_place
