#include "controller/in_place/pod/pod_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "kubeclient/api/fingerprint_text.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"

namespace windlass::in_place {
namespace {

using OrderedJson = nlohmann::ordered_json;  // the notes keep the order of their members

constexpr int64_t kVersion = 1;

void ReadFingerprint(JsonReader& in, std::optional<Fingerprint>& out) {
  out = ParseFingerprint(in.String());
  if (!out) in.Fail("want \"t-\" and 32 hexadecimal digits");
}

template <typename Integer>
void ReadCount(JsonReader& in, Integer min, std::optional<Integer>& out) {
  if constexpr (std::is_same_v<Integer, int32_t>) {
    out = in.Int32();
  } else {
    out = in.Int64();
  }
  if (*out < min) in.Fail("want at least " + std::to_string(min));
}

void ReadSeen(JsonReader& in, std::vector<SeenContainer>& out) {
  out.clear();
  in.Array([&] {
    SeenContainer seen;
    in.Object([&](std::string_view key) {
      if (key == "id")
        seen.id = in.String();
      else if (key == "image")
        seen.image = in.String();
    });
    out.push_back(std::move(seen));
  });
}

ContainerPatch ReadContainer(JsonReader& in, std::string_view name) {
  ContainerPatch out;
  out.name = name;
  std::optional<int32_t> restart_count;
  in.Object([&](std::string_view key) {
    if (key == "from")
      out.from = in.String();
    else if (key == "to")
      out.to = in.String();
    else if (key == "id")
      out.id = in.String();
    else if (key == "img")
      out.image_id = in.String();
    else if (key == "rc")
      ReadCount(in, 0, restart_count);
    else if (key == "tpl")
      out.of_template = in.Bool();
    else if (key == "seen")
      ReadSeen(in, out.seen);
  });
  for (const auto& [member, missing] :
       {std::pair("from", out.from.empty()), std::pair("to", out.to.empty()),
        std::pair("rc", !restart_count.has_value())}) {
    if (missing) in.Fail(std::string(member) + ": missing");
  }
  out.restart_count = restart_count.value_or(0);
  return out;
}

// Adds `container` to `containers`. Replaces an entry that has the same name.
void Put(std::vector<ContainerPatch>& containers, ContainerPatch container) {
  const auto at = std::ranges::find(containers, container.name, &ContainerPatch::name);
  if (at == containers.end()) {
    containers.push_back(std::move(container));
  } else {
    *at = std::move(container);
  }
}

ContainerResize ReadResize(JsonReader& in, std::string_view name) {
  ContainerResize out;
  out.name = name;
  std::optional<int32_t> restart_count;
  in.Object([&](std::string_view key) {
    if (key == "requests" || key == "limits")
      ReadQuantities(in, key, out.to);
    else if (key == "rc")
      ReadCount(in, 0, restart_count);
    else if (key == "restart")
      out.restarts = in.Bool();
  });
  out.restart_count = restart_count.value_or(0);
  return out;
}

void PutResize(std::vector<ContainerResize>& resizes, ContainerResize resize) {
  std::erase_if(resizes, [&](const ContainerResize& one) { return one.name == resize.name; });
  if (!resize.to.empty()) resizes.push_back(std::move(resize));
}

void ReadTime(JsonReader& in, std::optional<WallTime>& out) {
  out = ParseTime(in.String());
  if (!out) in.Fail("want an RFC 3339 time");
}

std::optional<Drained> ReadDrained(JsonReader& in) {
  std::optional<WallTime> since;
  Drain how;
  std::optional<int32_t> again;
  bool out = false;
  in.Object([&](std::string_view key) {
    if (key == "since") {
      ReadTime(in, since);
    } else if (key == "mode") {
      Result<Drain> read = ParseDrain(in.String());
      how = read.ok() ? *std::move(read) : Drain();
    } else if (key == "again") {
      ReadCount(in, 0, again);
    } else if (key == "out") {
      out = in.Bool();
    }
  });
  if (!since) in.Fail("since: missing");
  if (how.mode == Drain::Mode::kNone) in.Fail("mode: want Label:<key>=<on>/<off> or Gate");
  return Drained{since.value_or(WallTime{}), std::move(how),
                 std::min(again.value_or(0), kDrainAgainMax), out};
}

// The members that every state has.
struct Members {
  std::optional<int64_t> version;
  std::optional<Uid> deployment;
  std::optional<int64_t> revision;
  std::optional<Fingerprint> target;
  std::optional<Fingerprint> from;
  std::optional<int64_t> generation_before;
  std::optional<WallTime> at;
  std::optional<int32_t> attempt;

  const char* Missing() const {
    if (!version) return "v";
    if (!deployment) return "d";
    if (!revision) return "rev";
    if (!target) return "target";
    if (!from) return "from";
    if (!generation_before) return "g0";
    if (!at) return "at";
    return attempt ? nullptr : "attempt";
  }
};

struct Extras {
  std::optional<Uid> pod;
  std::vector<ContainerPatch> containers;
  std::optional<Drained> drain;
  std::vector<ContainerResize> resizes;
  std::optional<int64_t> generation_to_resize;
  bool unheard = false;
};

void ReadMembers(JsonReader& in, Members& out, Extras& extras) {
  in.Object([&](std::string_view key) {
    if (key == "v") {
      out.version = in.Int64();
      if (*out.version != kVersion) in.Fail("want 1");
    } else if (key == "pod") {
      extras.pod = Uid::Parse(in.String());
      if (!extras.pod) in.Fail("want a UUID");
    } else if (key == "d") {
      out.deployment = Uid::Parse(in.String());
      if (!out.deployment) in.Fail("want a UUID");
    } else if (key == "rev") {
      ReadCount(in, int64_t{0}, out.revision);
    } else if (key == "target") {
      ReadFingerprint(in, out.target);
    } else if (key == "from") {
      ReadFingerprint(in, out.from);
    } else if (key == "g0") {
      ReadCount(in, int64_t{0}, out.generation_before);
    } else if (key == "at") {
      ReadTime(in, out.at);
    } else if (key == "attempt") {
      ReadCount(in, 1, out.attempt);
    } else if (key == "c") {
      extras.containers.clear();
      in.Object([&](std::string_view name) { Put(extras.containers, ReadContainer(in, name)); });
    } else if (key == "g1") {
      ReadCount(in, int64_t{0}, extras.generation_to_resize);
    } else if (key == "res") {
      extras.resizes.clear();
      in.Object([&](std::string_view name) { PutResize(extras.resizes, ReadResize(in, name)); });
    } else if (key == "drain") {
      extras.drain = ReadDrained(in);
    } else if (key == "unheard") {
      extras.unheard = in.Bool();
    }
  });
}

Error Malformed(std::string message) {
  return Error{ErrorKind::kMalformed, std::move(message)}.Context(kPodState);
}

Error TooLong(size_t bytes, size_t containers) {
  return Error{ErrorKind::kInvalid, std::string(kPodState) + ": " + std::to_string(bytes) +
                                        " bytes or more for " + std::to_string(containers) +
                                        " containers, but at most " +
                                        std::to_string(kPodStateBytesMax) + " bytes are allowed"};
}

OrderedJson JsonOf(const ContainerPatch& container) {
  OrderedJson json = {{"from", container.from},
                      {"to", container.to},
                      {"id", container.id},
                      {"img", container.image_id},
                      {"rc", container.restart_count}};
  if (container.of_template) json["tpl"] = true;
  for (const SeenContainer& seen : container.seen) {
    json["seen"].push_back({{"id", seen.id}, {"image", seen.image}});
  }
  return json;
}

OrderedJson JsonOf(const ContainerResize& resize) {
  OrderedJson json = OrderedJson::object();
  for (size_t i = 0; i < kResourceFields.size(); ++i) {
    const auto& [list, resource] = kResourceFields[i];
    const std::string& quantity = resize.to.values[i];
    if (!quantity.empty()) json[std::string(list)][std::string(resource)] = quantity;
  }
  json["rc"] = resize.restart_count;
  if (resize.restarts) json["restart"] = true;
  return json;
}

}  // namespace

PodState WithoutDrain(PodState state) {
  state.drain.reset();
  return state;
}

Result<std::string> WritePodState(const PodState& state) {
  // Without this check, a Pod with 10,000 containers would first get an object of 10,000 names that
  // nlohmann::ordered_json compares with each other.
  size_t least = 0;
  for (const ContainerPatch& container : state.containers) least += container.to.size();
  for (const ContainerResize& resize : state.resizes) least += resize.name.size();
  if (least > kPodStateBytesMax) return TooLong(least, state.containers.size());
  OrderedJson json = {{"v", kVersion},
                      {"d", state.deployment.ToString()},
                      {"rev", state.revision},
                      {"target", TextOf(state.target)},
                      {"from", TextOf(state.from)},
                      {"g0", state.generation_before},
                      {"at", FormatTime(state.at)},
                      {"attempt", state.attempt},
                      {"c", OrderedJson::object()}};
  if (!state.pod.IsZero()) json["pod"] = state.pod.ToString();
  for (const ContainerPatch& container : state.containers) {
    json["c"][container.name] = JsonOf(container);
  }
  if (state.drain) {
    const Drained& drain = *state.drain;
    json["drain"] = {{"since", FormatTime(drain.since)}, {"mode", TextOf(drain.how)}};
    if (drain.again > 0) json["drain"]["again"] = drain.again;
    if (drain.was_out) json["drain"]["out"] = true;
  }
  if (!state.resizes.empty()) {
    json["g1"] = state.generation_to_resize;
    for (const ContainerResize& resize : state.resizes) json["res"][resize.name] = JsonOf(resize);
  }
  if (state.unheard) json["unheard"] = true;
  std::string text = DumpJson(json);
  if (text.size() <= kPodStateBytesMax) return text;
  return TooLong(text.size(), state.containers.size());
}

Result<PodState> ParsePodState(std::string_view text) {
  if (text.size() > kPodStateBytesMax) {
    return Malformed("longer than " + std::to_string(kPodStateBytesMax) + " bytes");
  }
  JsonReader in;
  Members members;
  Extras extras;
  in.Begin(text);
  ReadMembers(in, members, extras);
  if (Status whole = in.End(); !whole.ok()) return std::move(whole).error().Context(kPodState);
  if (const char* missing = members.Missing()) return Malformed(std::string(missing) + ": missing");
  const int64_t to_resize = extras.resizes.empty() ? 0 : extras.generation_to_resize.value_or(0);
  return PodState{.pod = extras.pod.value_or(Uid{}),
                  .deployment = *members.deployment,
                  .revision = *members.revision,
                  .target = *members.target,
                  .from = *members.from,
                  .generation_before = *members.generation_before,
                  .at = *members.at,
                  .attempt = *members.attempt,
                  .containers = std::move(extras.containers),
                  .drain = std::move(extras.drain),
                  .resizes = std::move(extras.resizes),
                  .generation_to_resize = to_resize,
                  .unheard = extras.unheard};
}

std::optional<std::string> StateTextOf(const Pod& pod) {
  const auto text = pod.meta.annotations.Find(kPodState);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

std::optional<Result<PodState>> PodStateOf(const Pod& pod) {
  const auto text = pod.meta.annotations.Find(kPodState);
  if (!text) return std::nullopt;
  Result<PodState> state = ParsePodState(*text);
  const bool of_another = state.ok() && !state->pod.IsZero() && state->pod != pod.meta.uid;
  return of_another ? std::nullopt : std::optional(std::move(state));
}

}  // namespace windlass::in_place
