// What Windlass remembers of its last patch of a Pod, in the Pod's own annotation
// windlass.dev/in-place-state. It is written by the very patch it is about, so that there is no
// moment between the two. Source: P-028.
//
//   {"v":1,"d":"<uid>","rev":6,"target":"t-<hex>","from":"t-<hex>","g0":3,
//    "at":"2026-11-20T06:34:05Z","attempt":1,
//    "c":{"app":{"from":"r/app:1","to":"r/app:2","id":"containerd://…","img":"r/app@sha256:…",
//                "rc":0,"tpl":true,"seen":[{"id":"containerd://…","image":"r/app:1"}]}}}
//
// A Pod that is taken out of traffic says so in one more member (P-040). It stays from before the
// patch until the containers are ready again; before the patch, all else is what the Pod's last
// patch wrote or, if there was none, target and from are the template it is of, with no containers.
//
//    "drain":{"since":"2026-11-20T06:34:05Z","mode":"Label:windlass.dev/traffic=on/off"}
//
// In another one, whose it is, because annotations are copied, to other Pods and into templates:
//
//    "pod":"<uid>"
//
// Anybody who may patch Pods may write it. Whatever cannot be understood is an error, and such a
// Pod counts as foreign. Unknown members, such as v0.1.0's "reserved", are ignored, and dropped at
// the next write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/drain.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

inline constexpr std::string_view kPodState = "windlass.dev/in-place-state";

// A container that was there when a patch came while an earlier one was still under way.
struct SeenContainer {
  std::string id;     // empty: none was there
  std::string image;  // what it runs, as written in the spec; empty: nobody can tell
  bool operator==(const SeenContainer&) const = default;
};

// One container whose image the patch changed.
struct ContainerPatch {
  std::string name;
  std::string from;  // images in the spec
  std::string to;
  // What the API showed at that moment; empty for a container that was never created.
  std::string id;
  std::string image_id;
  int32_t restart_count = 0;
  // `from` was the image that a template names, not what admission had made of one (P-081).
  bool of_template = false;
  // Not empty: the patch came while an earlier one of this container was under way (P-034). The
  // last kSeenContainersMax, oldest first; the one with `id` is among them.
  std::vector<SeenContainer> seen{};
  bool operator==(const ContainerPatch&) const = default;
};

// A Pod that is out of traffic, or is about to be.
struct Drained {
  WallTime since;  // by our clock
  Drain how;       // as it was configured then, `on` being the Pod's own; never mode kNone
  bool operator==(const Drained&) const = default;
};

struct PodState {
  Uid pod{};  // zero: it does not say whose it is
  Uid deployment;
  int64_t revision = 0;
  Fingerprint target;  // of the templates
  Fingerprint from;
  int64_t generation_before = 0;           // metadata.generation when the patch was decided on
  WallTime at;                             // by our clock
  int32_t attempt = 1;                     // at this target
  std::vector<ContainerPatch> containers;  // names are unique; none if only metadata changed
  std::optional<Drained> drain{};
  bool operator==(const PodState&) const = default;
};

// Error kInvalid when the text would be longer than kPodStateBytesMax.
Result<std::string> WritePodState(const PodState& state);

// Error kMalformed, naming the member.
Result<PodState> ParsePodState(std::string_view text);

// What the Pod's annotation says; nullopt when it has none, or one that is another Pod's.
std::optional<Result<PodState>> PodStateOf(const Pod& pod);

}  // namespace windlass::in_place
