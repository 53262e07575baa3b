#include "controller/in_place/phases/refusal_count.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/in_place/template/eligibility.h"
#include "kubeclient/api/fingerprint_text.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/cut_text.h"

namespace windlass::in_place {
namespace {

constexpr seconds kFirstWait{10};
constexpr seconds kLongestWait{300};

seconds WaitAfter(int32_t tries) {
  seconds wait = kFirstWait;
  for (int32_t i = 1; i < tries && wait < kLongestWait; ++i) wait *= 2;
  return std::min(wait, kLongestWait);
}

}  // namespace

std::string WriteRefusals(const Refusals& refusals, std::string_view revision,
                          const Fingerprint& to) {
  const nlohmann::ordered_json note = {{"rev", revision},
                                       {"to", TextOf(to)},
                                       {"tries", refusals.tries},
                                       {"at", FormatTime(refusals.at)},
                                       {"why", CutText(refusals.why, kAboutBytesMax)}};
  return DumpJson(note);
}

std::optional<Refusals> RefusalsOf(const ReplicaSet& rs, std::string_view revision,
                                   const Fingerprint& to) {
  const auto text = rs.meta.annotations.Find(kRefusedPatches);
  if (!text) return std::nullopt;
  Refusals refusals;
  std::optional<std::string> of_revision;
  std::optional<Fingerprint> of_template;
  std::optional<WallTime> at;
  JsonReader in;
  in.Begin(*text);
  in.Object([&](std::string_view member) {
    if (member == "rev")
      of_revision = in.String();
    else if (member == "to")
      of_template = ParseFingerprint(in.String());
    else if (member == "tries")
      refusals.tries = in.Int32();
    else if (member == "at")
      at = ParseTime(in.String());
    else if (member == "why")
      refusals.why = in.String();
  });
  if (!in.End().ok() || of_revision != revision || of_template != to) return std::nullopt;
  if (!at || refusals.tries < 1) return std::nullopt;
  refusals.at = *at;
  return refusals;
}

bool IsOver(const Refusals& refusals, std::span<const RolloutPod> pods, const Fingerprint& to) {
  return std::ranges::any_of(pods, [&](const RolloutPod& pod) {
    const PodState* state = pod.state();
    return state != nullptr && state->target == to && refusals.at < state->at;
  });
}

std::optional<WallTime> NextTry(const Refusals& refusals, WallTime now) {
  if (now + kLongestWait < refusals.at) return std::nullopt;  // noted by a clock ahead of ours
  const WallTime next = refusals.at + WaitAfter(refusals.tries);
  return now < next ? std::optional(next) : std::nullopt;
}

}  // namespace windlass::in_place
