#include "controller/in_place/pod/completion.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "controller/in_place/pod/revision_of_pod.h"
#include "kubeclient/base/assert.h"

namespace windlass::in_place {
namespace {

constexpr seconds kClockSkew{5};   // between a node's clock and ours (P-047)
constexpr seconds kAfterKill{10};  // until the status shows the kill (P-047)
constexpr seconds kTryAgain{300};
// How long a kubelet that was cut off may take from its first report until it watches its Pods
// again.
constexpr seconds kWatchesAgain{60};
constexpr WallTime kAlready{};

// Returns the digest after the '@' of an image or an imageID ("sha256:12…"); empty if there is no
// '@'.
std::string_view DigestOf(std::string_view image) {
  const size_t at = image.rfind('@');
  return at == std::string_view::npos ? std::string_view() : image.substr(at + 1);
}

// Returns true if the running image has the digest that the Pod's spec asks for. Does not use the
// image of the patch, because admission may have replaced it.
bool RunsRequestedDigest(const PodContainer& live) {
  const std::string_view wanted = DigestOf(live.image);
  return !wanted.empty() && wanted == DigestOf(live.image_id);
}

bool RunsAnotherImage(const ContainerPatch& patch, const PodContainer& live) {
  return !patch.image_id.empty() && !live.image_id.empty() && !(live.image_id == patch.image_id);
}

// Returns true if the running container may be the Pod's first container of its name. The kubelet
// may have started it from the old image, and then still has to kill it. This is possible if the
// status showed no such container when we patched the Pod, and the Pod got its node before the
// patch or at most kClockSkew after it.
bool MayBeFirstOfOldImage(const Pod& pod, const PodState& state, const ContainerPatch& patch) {
  return patch.id.empty() && pod.scheduled.last_transition_time() <= state.at + kClockSkew;
}

// Returns true if the kubelet was not heard when the patch was made, and `live` started before the
// kubelet was heard again. Then `live` may have the old image, and the kubelet still has to kill
// it. Example: the kubelet was cut off from 10:00 to 10:05, the Pod was patched at 10:02, and
// `live` started at 10:03. Compares only times of the node's clock.
bool StartedUnheard(const PodState& state, const PodContainer& live) {
  return state.unheard && state.heard_since && live.started_at < *state.heard_since;
}

// While a kubelet is cut off, it may start containers from the old image, and it kills them after
// the cut. Returns the time by which it has surely killed them; nullopt if that time is not known.
// Counts from when this process saw that the kubelet is heard again, so only our own clock matters.
// A container that still runs at the returned time has the new image.
//
// StartedUnheard may be true for a container with the new image. Example: the Pod was patched
// during a cut, and its container restarted with the new image at 10:06, after the cut. The kubelet
// is cut off again from 11:00 to 11:05. StartedUnheard is then true, because 10:06 is before 11:05.
// But the container still runs at the returned time, some time after 11:05, so it then counts as
// restarted.
std::optional<WallTime> KilledUnheardBy(const Pod& pod, const PodState& state) {
  if (!state.heard_here) return std::nullopt;
  return *state.heard_here + kWatchesAgain + KillTime(pod, state) + kAfterKillLong;
}

// Returns the time from which a running container counts as restarted; nullopt if only an event can
// show the restart. Time proves nothing while the kubelet is not heard: it may not have seen the
// patch, and may restart a crashed container from the old image.
std::optional<WallTime> DoneAt(const Pod& pod, const PodState& state, const ContainerPatch& patch,
                               const PodContainer& live, WallTime now) {
  const bool kubelet_tells = pod.observed_generation > 0;
  const auto begins = KubeletBegins(pod, state);
  const auto after = [&](WallTime started, seconds shown) {
    return begins ? std::optional(std::max(*begins, started) + KillTime(pod, state) + shown)
                  : std::nullopt;
  };
  const auto known_image = ImageBefore(patch, live);
  if (known_image) {  // not restarted: it may run the right image already (P-048)
    const bool requested = live.image == *known_image;
    if (requested && kubelet_tells) return kAlready;
    return requested || known_image->empty() ? after({}, kAfterKillLong) : std::nullopt;
  }
  if (RunsRequestedDigest(live)) return kAlready;  // the digest proves the new image (P-047)
  if (StartedUnheard(state, live)) return KilledUnheardBy(pod, state);
  if (!patch.seen.empty() || MayBeFirstOfOldImage(pod, state, patch)) {
    return after(live.started_at, kAfterKill);
  }
  // If the status says that `live` starts in our future, our clock may be behind the node's. Then
  // the start proves nothing: the kubelet may have started `live` from the old image just before
  // the patch. But if there was no container when the Pod was patched (patch.id is empty), `live`
  // was created after the patch.
  const bool tells = patch.id.empty() || !StartsInFuture(live, now);
  const bool after_patch = tells && begins && live.started_at > *begins + kClockSkew;
  if (RunsAnotherImage(patch, live) || after_patch) return kAlready;
  return after({}, kAfterKill);
}

Completion CompletionOfContainer(const Pod& pod, const PodState& state, const ContainerPatch& patch,
                                 WallTime now) {
  const PodContainer* live = pod.Find(patch.name);
  if (live == nullptr) return {};
  if (IsPutBack(pod, state, patch)) return {.complete = false, .look_again = TryAgainAt(state)};
  if (live->kind == ContainerKind::kInit) return {.complete = true};
  if (!HasSeenPatch(pod, state)) return {};  // the kubelet must know the patch (P-045)
  if (live->state != ContainerState::kRunning || live->id.empty()) return {};
  if (live->started == ConditionStatus::kFalse) return {};  // still starting (P-046)
  const std::optional<WallTime> done_at = DoneAt(pod, state, patch, *live, now);
  if (!done_at) return {};
  if (*done_at <= now) return {.complete = true};
  return {.complete = false, .look_again = done_at};
}

// Returns `seen` for the new entry of a container whose last patch, `patch`, is still under way.
// Example: `patch` was made when c1 ran app:1, and c2 runs now: {c1, app:1}, {c2, ""}.
std::vector<SeenContainer> SeenOf(const ContainerPatch& patch, const PodContainer& live) {
  std::vector<SeenContainer> seen = patch.seen;
  if (seen.empty()) seen.push_back({patch.id, patch.id.empty() ? std::string() : patch.from});
  const std::string id = live.id.ToString();
  if (!id.empty() && !ImageBefore(patch, live)) {
    // `live` started after `patch` was made, but perhaps before the kubelet saw `patch`. So the
    // image that `live` runs is known only if its digest shows it.
    const std::string_view image = RunsRequestedDigest(live) ? live.image.text() : "";
    seen.push_back({id, std::string(image)});
  }
  if (seen.size() > kSeenContainersMax) seen.erase(seen.begin(), seen.end() - kSeenContainersMax);
  return seen;
}

}  // namespace

bool HasSeenPatch(const Pod& pod, const PodState& state) {
  // Subtracts 1 from the server's number instead of adding 1 to the annotation's number, which may
  // be the largest int64_t.
  const int64_t patched = std::min(state.generation_before, pod.meta.generation - 1) + 1;
  return pod.observed_generation == 0 || pod.observed_generation >= patched;
}

bool WasHeardAgain(const Pod& pod, const PodState& state) {
  const auto begins = KubeletBegins(pod, state);
  return begins && (state.unheard || *begins > state.at);
}

std::optional<WallTime> KubeletBegins(const Pod& pod, const PodState& state) {
  if (!state.heard_since) return std::nullopt;
  if (pod.scheduled.last_transition_time() >= *state.heard_since) return state.at;
  return std::max(state.at, *state.heard_since + kWatchesAgain);
}

seconds KillTime(const Pod& pod, const PodState& state) {
  return seconds(pod.termination_grace_period_seconds) *
         static_cast<int64_t>(state.containers.size());
}

std::optional<std::string> ImageBefore(const ContainerPatch& patch, const PodContainer& live) {
  const std::string id = live.id.ToString();
  const auto seen = std::ranges::find(patch.seen, id, &SeenContainer::id);
  if (seen != patch.seen.end()) return seen->image;
  if (id == patch.id) return patch.from;
  return std::nullopt;
}

bool StartsInFuture(const PodContainer& live, WallTime now) {
  return live.started_at > now + kClockSkew;
}

WallTime TryAgainAt(const PodState& state) { return state.at + kTryAgain; }

Completion CompletionOf(const Pod& pod, const PodState& state, WallTime now) {
  Completion all{.complete = true};
  for (const ContainerPatch& patch : state.containers) {
    const Completion one = CompletionOfContainer(pod, state, patch, now);
    if (one.complete) continue;
    if (!one.look_again) return {};
    all.complete = false;
    all.look_again = std::max(all.look_again.value_or(*one.look_again), *one.look_again);
  }
  return all;
}

std::vector<ContainerPatch> PatchedContainers(const Pod& pod, const PodState* last,
                                              std::span<const ContainerImage> images,
                                              WallTime now) {
  std::vector<ContainerPatch> under_way;
  if (last != nullptr) {
    std::ranges::copy_if(last->containers, std::back_inserter(under_way), [&](const auto& patch) {
      return !CompletionOfContainer(pod, *last, patch, now).complete &&
             !IsPutBack(pod, *last, patch);
    });
  }
  std::vector<ContainerPatch> patched;
  for (const ContainerImage& image : images) {
    const PodContainer* live = pod.Find(image.name);
    WL_ASSERT(live != nullptr);
    ContainerPatch& patch =
        patched.emplace_back(ContainerPatch{.name = image.name,
                                            .from = std::string(live->image.text()),
                                            .to = image.image,
                                            .id = live->id.ToString(),
                                            .image_id = std::string(live->image_id.text()),
                                            .restart_count = live->restart_count});
    const auto before = std::ranges::find(under_way, image.name, &ContainerPatch::name);
    if (before == under_way.end()) {
      // The kubelet may be creating the first container now, from the old image. An empty element
      // in `seen` notes this, because a start time by the node's clock cannot show it later.
      // Without a node, no kubelet creates containers. The patch tests that the Pod still has no
      // node (pod_patch.h).
      if (patch.id.empty() && !pod.node_name.empty()) patch.seen.emplace_back();
      continue;
    }
    patch.seen = SeenOf(*before, *live);
    under_way.erase(before);
  }
  std::ranges::move(under_way, std::back_inserter(patched));
  return patched;
}

}  // namespace windlass::in_place
