#include "controller/rollout/stuck_pods.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "kubeclient/api/waiting_reasons.h"
#include "kubeclient/base/cut_text.h"

namespace windlass::rollout {
namespace {

// The most bytes that InOneLine keeps of a text. Enough for a kubelet's message about an image with
// a long name. A status is written and watched whole, so it must stay small.
constexpr size_t kWordsBytesMax = 200;
// If a container is not ready, and has ended and restarted at least this often, it counts as in a
// crash loop, even if it runs at the moment. Exception: an init container does not. It is never
// ready while it runs, so its restarts do not show that the present run fails.
constexpr int64_t kRestartsOfLoop = 2;
constexpr std::array<std::string_view, 3> kConfigReasons{
    "CreateContainerConfigError", "CreateContainerError", "RunContainerError"};
constexpr size_t kKinds = 5;

struct Stuck {
  StuckPod pod;
  bool for_good = false;  // the Pod does not recover by itself
};

bool IsAmong(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string Joined(std::string text, std::string_view words) {
  if (!words.empty()) text += ": " + InOneLine(words);
  return text;
}

// Returns a text such as "; it ended with exit code 1 (Error)", with `what` in place of "it"; "" if
// the container has no exit code.
std::string EndOf(const UnreadyContainer& container, const std::string& what = "it") {
  if (!container.exit_code) return "";
  std::string text = "; " + what + " ended with exit code " + std::to_string(*container.exit_code);
  if (!container.exit_reason.empty()) text += " (" + InOneLine(container.exit_reason) + ")";
  return text;
}

// Returns what keeps the container from being ready. `of` names its Pod: "Pod web-7c9-x2k".
Stuck JudgeContainer(const UnreadyContainer& container, const std::string& of) {
  const std::string_view noun = container.init_runs ? ": init container " : ": container ";
  const std::string name = of + std::string(noun) + InOneLine(container.name);
  const std::string& waits = container.waiting_reason;
  const auto stuck = [&](StuckKind kind, std::string reason, const std::string& text,
                         bool for_good) {
    return Stuck{{.kind = kind, .reason = std::move(reason), .message = name + text}, for_good};
  };
  const auto with_reason = [&](std::string_view what) {
    return Joined(std::string(what), container.waiting_message) + " (" + InOneLine(waits) + ")";
  };
  if (IsAmong(waiting::kNotStarted, waits)) {
    const StuckKind kind = IsAmong(kConfigReasons, waits) ? StuckKind::kConfig : StuckKind::kImage;
    return stuck(kind, waits, with_reason(" does not start"), true);
  }
  if (container.init_runs) {
    const std::string text = " has not ended yet" + EndOf(container, "the run before");
    return stuck(StuckKind::kNotReady, "NotReady", text, false);
  }
  const bool ended = container.exit_code.has_value();
  const bool backs_off = IsAmong(waiting::kEnded, waits);
  if (backs_off || (ended && container.restarts >= kRestartsOfLoop)) {
    const std::string reason = backs_off ? waits : std::string("CrashLoopBackOff");
    // The kubelet's message is left out: it has the present back-off, a number that changes.
    const std::string text = " does not keep running (" + reason + ")" + EndOf(container);
    return stuck(StuckKind::kCrash, reason, text, true);
  }
  if (ended) {
    return stuck(StuckKind::kCrash, "ContainerEnded", " restarts" + EndOf(container), false);
  }
  const std::string text =
      waits.empty() ? " runs, but is not ready" : with_reason(" has not started");
  return stuck(StuckKind::kNotReady, "NotReady", text, false);
}

// Returns true if `a` is a better explanation than `b` why the Pod is not ready.
bool SaysMore(const Stuck& a, const Stuck& b) {
  if (a.for_good != b.for_good) return a.for_good;
  return a.pod.kind < b.pod.kind;
}

Stuck JudgePod(const UnreadyPod& pod) {
  const std::string name = "Pod " + pod.name;
  std::optional<Stuck> found;
  if (pod.unschedulable) {
    found = Stuck{{.kind = StuckKind::kUnschedulable,
                   .reason = "Unschedulable",
                   .message = Joined(name + " is not scheduled yet", pod.scheduling_message)}};
  }
  for (const UnreadyContainer& container : pod.containers) {
    Stuck one = JudgeContainer(container, name);
    if (!found || SaysMore(one, *found)) found = std::move(one);
  }
  if (!found) {
    found = Stuck{
        {.kind = StuckKind::kNotReady, .reason = "NotReady", .message = name + " is not ready"}};
  }
  found->pod.pod = pod.name;
  return *std::move(found);
}

std::vector<StuckPod> StuckAmong(std::span<const UnreadyPod> pods, const Uid& of,
                                 StuckMoment moment) {
  std::vector<StuckPod> stuck;
  for (const UnreadyPod& pod : pods) {
    if (pod.controller != of) continue;
    Stuck one = JudgePod(pod);
    if (one.for_good || moment != StuckMoment::kMoving) stuck.push_back(std::move(one.pod));
  }
  return stuck;
}

}  // namespace

std::optional<StuckPod> FindStuckPod(std::span<const UnreadyPod> pods, const Uid& of,
                                     StuckMoment moment, const std::optional<StuckPod>& told,
                                     std::string_view shown) {
  const std::vector<StuckPod> stuck = StuckAmong(pods, of, moment);
  std::array<int64_t, kKinds> counts{};
  for (const StuckPod& one : stuck) {
    if (told && one.pod == told->pod && one.kind == told->kind) return told;
    ++counts[static_cast<size_t>(one.kind)];
  }
  // After a restart of Windlass, `told` is empty, and only the stored message shows which Pod was
  // reported.
  const auto again =
      std::ranges::find_if(stuck, [&](const StuckPod& one) { return one.message == shown; });
  if (again != stuck.end()) return *again;
  const StuckPod* best = nullptr;
  for (const StuckPod& one : stuck) {
    const int64_t more = best == nullptr ? 1
                                         : counts[static_cast<size_t>(one.kind)] -
                                               counts[static_cast<size_t>(best->kind)];
    const bool first = more == 0 && std::tie(one.kind, one.pod) < std::tie(best->kind, best->pod);
    if (more > 0 || first) best = &one;
  }
  if (best == nullptr) return std::nullopt;
  return *best;
}

std::string InOneLine(std::string_view words) {
  std::string line(CutText(words, kWordsBytesMax));
  const bool cut = line.size() < words.size();
  std::ranges::replace_if(line, [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
  while (line.ends_with(' ')) line.pop_back();
  return cut ? line + "…" : line;
}

}  // namespace windlass::rollout
