// What Windlass remembers of its last patch of a Pod, in the Pod's own annotation
// windlass.dev/in-place-state. The patch writes the annotation in the same request, so the two
// never disagree. Source: P-028.
//
//   {"v":1,"d":"<uid>","rev":6,"target":"t-<hex>","from":"t-<hex>","g0":3,
//    "at":"2026-11-20T06:34:05Z","attempt":1,
//    "c":{"app":{"from":"r/app:1","to":"r/app:2","id":"containerd://…","img":"r/app@sha256:…",
//                "rc":0,"tpl":true,"seen":[{"id":"containerd://…","image":"r/app:1"}]}}}
//
// One more member is there while the Pod is drained (P-040), from before the patch until its
// containers are ready again. Before the patch the other members are those of the Pod's last patch.
// If there was none, target and from are both the template that the Pod has, and there are no
// containers.
//
//    "drain":{"since":"2026-11-20T06:34:05Z","mode":"Label:windlass.dev/traffic=on/off"}
//
// Another member names the Pod, because annotations get copied to other Pods and into templates:
//
//    "pod":"<uid>"
//
// Any client that may patch Pods may write the annotation. A text that cannot be read is an error,
// and its Pod counts as foreign. Unknown members, such as v0.1.0's "reserved", are ignored, and
// dropped at the next write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/template/annotation_names.h"
#include "controller/in_place/template/drain.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// The longest state of one Pod. One container takes 0.5 KB; at the worst there is room for 30
// containers that were re-targeted three times. All annotations of an object together may have 256
// KiB.
inline constexpr size_t kPodStateBytesMax = size_t{32} << 10U;
// Containers that were there while a patch was under way, remembered per container (P-034).
inline constexpr size_t kSeenContainersMax = 3;

// A container that was there when a patch was made while an earlier patch was still under way.
struct SeenContainer {
  std::string id;     // empty: there was no container
  std::string image;  // that it runs, as in the spec; empty: unknown
  bool operator==(const SeenContainer&) const = default;
};

// One container whose image the patch changed. `from` and `to` are images as in the spec.
struct ContainerPatch {
  std::string name;
  std::string from;  // before the patch
  std::string to;
  // The container's status when the patch was made; empty if the container was never created.
  std::string id;
  std::string image_id;
  int32_t restart_count = 0;
  // True if `from` is the image that a template names, not what admission put in its place (P-081).
  bool of_template = false;
  // Not empty if an earlier patch of this container was still under way (P-034), or if the kubelet
  // may have been creating the first one. Holds the last kSeenContainersMax containers, oldest
  // first; the one with `id` is among them.
  std::vector<SeenContainer> seen{};
  bool operator==(const ContainerPatch&) const = default;
};

// A Pod that is out of traffic, or is about to be taken out.
struct Drained {
  WallTime since;  // by our clock
  Drain how;       // as configured then; `on` is the Pod's own value; never kNone
  bool operator==(const Drained&) const = default;
};

struct PodState {
  Uid pod{};  // zero: the state does not name its Pod
  Uid deployment;
  int64_t revision = 0;
  Fingerprint target;  // of the template
  Fingerprint from;
  int64_t generation_before = 0;           // metadata.generation when the patch was decided on
  WallTime at;                             // by our clock
  int32_t attempt = 1;                     // at this target, from 1
  std::vector<ContainerPatch> containers;  // names are unique; empty if only metadata changed
  std::optional<Drained> drain{};
  bool operator==(const PodState&) const = default;
};

// Error kInvalid if the text would be longer than kPodStateBytesMax.
Result<std::string> WritePodState(const PodState& state);

// Error kMalformed, with the member's name, if the text cannot be read.
Result<PodState> ParsePodState(std::string_view text);

// Returns the text of the Pod's annotation, readable or not; nullopt if there is none.
std::optional<std::string> StateTextOf(const Pod& pod);

// Returns what the Pod's annotation says; nullopt if the Pod has no annotation, or one that names
// another Pod.
std::optional<Result<PodState>> PodStateOf(const Pod& pod);

}  // namespace windlass::in_place
