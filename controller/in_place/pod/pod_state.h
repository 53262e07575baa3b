// What Windlass remembers of its last patch of a Pod, in the Pod's own annotation
// windlass.dev/in-place-state. The patch writes the annotation in the same request, so a crash
// cannot leave one without the other. Source: P-028.
//
//   {"v":1,"d":"<uid>","rev":6,"target":"t-<hex>","from":"t-<hex>","g0":3,
//    "at":"2026-11-20T06:34:05Z","attempt":1,
//    "c":{"app":{"from":"r/app:1","to":"r/app:2","id":"containerd://…","img":"r/app@sha256:…",
//                "rc":0,"tpl":true,"seen":[{"id":"containerd://…","image":"r/app:1"}]}}}
//
// While the Pod is drained (P-040), from before the patch until its containers are ready again,
// there is one more member, `drain`. Until the new patch is made, the other members describe the
// previous patch. If there was none, `target` and `from` are both the template that the Pod has,
// and `c` is empty.
//
//    "drain":{"since":"2026-11-20T06:34:05Z","mode":"Label:windlass.dev/traffic=on/off"}
//
// If another client put the drained Pod back into traffic, the drain began anew, and `drain` has a
// member that says how often: "again":1.
//
// If the label had the value <off> before the drain began, so that the Pod was out of traffic
// already (IsLeftOut), `drain` has the member "out":true.
//
// If the patch is to change CPU or memory, two members say what: `res`, by container, and `g1`, the
// generation that the Pod has after the patch and before the resize (resize.h). A resize is a
// request of its own, which can write no annotation. So the state is written first.
//
//    "g1":4,"res":{"app":{"requests":{"cpu":"500m"},"limits":{"memory":"1Gi"},"rc":0,
//                         "restart":true}}
//
// Another member names the Pod, because annotations get copied to other Pods and into templates:
//
//    "pod":"<uid>"
//
// Any client with the right to patch Pods can write the annotation. If the text cannot be read,
// ParsePodState returns an error, and the Pod counts as foreign (revision_of_pod.h). Unknown
// members, such as v0.1.0's "reserved", are ignored, and dropped at the next write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/template/drain.h"
#include "controller/workload/in_place_annotations.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/container_resources.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// The most bytes of the text of a state annotation.
inline constexpr size_t kPodStateBytesMax = size_t{32} << 10U;
// How many times the drain of a Pod begins anew because another client put the Pod back into
// traffic. If the client does so once more, the drain is in vain: it seems that the client will
// always do so.
inline constexpr int32_t kDrainAgainMax = 2;
// The most elements of ContainerPatch::seen (P-034).
inline constexpr size_t kSeenContainersMax = 3;

// An element of ContainerPatch::seen: the container that existed when a patch was made, if any.
struct SeenContainer {
  std::string id;     // empty: there was no container
  std::string image;  // the image that it runs, as in the spec; empty: unknown
  bool operator==(const SeenContainer&) const = default;
};

// One container whose image was changed by this patch, or by an earlier patch that was still under
// way. `from` and `to` are images as in the spec. In a state from LostState both are the present
// image, because the image before the patch is not known.
struct ContainerPatch {
  std::string name;
  std::string from;  // before the patch
  std::string to;
  // The container's status when the patch was made. `id` and `image_id` are empty if the container
  // was never created.
  std::string id;
  std::string image_id;
  int32_t restart_count = 0;
  // True if we know that the old template names the image `from`. Otherwise admission (P-081) or
  // another client may have put `from` in place of the template's image.
  bool of_template = false;
  // The containers of this name that existed when the earlier patches and this one were made,
  // oldest first; the last kSeenContainersMax are kept. Empty except in these cases:
  //   - an earlier patch of this container was still under way (P-034)
  //   - the kubelet may have been creating the Pod's first container of this name
  //   - the state comes from LostState
  std::vector<SeenContainer> seen{};
  bool operator==(const ContainerPatch&) const = default;
};

// The CPU and memory that one container is to have after the patch (P-101).
struct ContainerResize {
  std::string name;
  CpuAndMemory to;            // only what changes; quantities as in the template
  int32_t restart_count = 0;  // in the status when the patch was made
  bool restarts = false;      // its resizePolicy has the container restarted for it
  bool operator==(const ContainerResize&) const = default;
};

// A Pod that is out of traffic, or is about to be taken out.
struct Drained {
  WallTime since;  // by our clock
  // The drain as it was configured when it began; the mode is never kNone. Only `on`, the value
  // that the Pod's label will get back, may differ from the configured one. It is the first of
  // these values that is known:
  //   - the value in the template of a later patch
  //   - the label's value before the drain
  //   - the configured value
  Drain how;
  // How many times this drain began anew, because another client had put the Pod back into traffic;
  // at most kDrainAgainMax.
  int32_t again = 0;
  // True if the label alone kept the Pod out of traffic before this drain began (IsLeftOut).
  bool was_out = false;
  bool operator==(const Drained&) const = default;
};

struct PodState {
  Uid pod{};  // zero: the state does not name its Pod
  Uid deployment;
  int64_t revision = 0;
  Fingerprint target;                      // the template that the Pod is patched to
  Fingerprint from;                        // the template that the Pod had before
  int64_t generation_before = 0;           // metadata.generation when the patch was decided on
  WallTime at;                             // by our clock
  int32_t attempt = 1;                     // number of patches to `target` so far, from 1
  std::vector<ContainerPatch> containers;  // names are unique; empty if no image is being changed
  std::optional<Drained> drain{};
  std::vector<ContainerResize> resizes{};  // names are unique; empty if no CPU or memory changes
  int64_t generation_to_resize = 0;        // `g1`; 0 without `resizes`
  // True if the kubelet was not heard when the patch was made (KubeletHeardSince).
  bool unheard = false;
  // Not part of the annotation: since when the Pod's kubelet has been heard (KubeletHeardSince).
  // nullopt: the kubelet is not heard now. WallTime{}: the Pod has no node, or its node was not
  // looked up.
  std::optional<WallTime> heard_since{WallTime{}};
  // Not part of the annotation: when this process learned, by our own clock, that the kubelet is
  // heard since `heard_since`. nullopt: the kubelet is not heard, or that time is not known.
  std::optional<WallTime> heard_here{};
  bool operator==(const PodState&) const = default;
};

// Returns `state` as if the Pod were not drained.
PodState WithoutDrain(PodState state);

// Returns the text for the state annotation. Error kInvalid if the text would be longer than
// kPodStateBytesMax.
Result<std::string> WritePodState(const PodState& state);

// Returns the state that `text` describes. Error kMalformed if
//   - the text cannot be read; the message names the wrong member if there is one
//   - the text is longer than kPodStateBytesMax
Result<PodState> ParsePodState(std::string_view text);

// Returns the text of the Pod's state annotation, readable or not; nullopt if the Pod has no such
// annotation.
std::optional<std::string> StateTextOf(const Pod& pod);

// Returns the state in the Pod's state annotation, or the error if it cannot be read; nullopt if
// the Pod has no such annotation, or the annotation names another Pod.
std::optional<Result<PodState>> PodStateOf(const Pod& pod);

}  // namespace windlass::in_place
