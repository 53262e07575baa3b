#include "controller/in_place/phases/rollout_mode.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/in_place_annotations.h"
#include "kubeclient/api/fingerprint_text.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::in_place {
namespace {

constexpr std::string_view kInPlaceMode = "InPlace";
constexpr std::string_view kReplaceMode = "Recreate";

// All members that a note can have. An absent member is nullopt, 0 or false. `host`, `from` and
// `tried_since` are also nullopt if their text is not a uid, a fingerprint or a time. A member of
// the wrong JSON type makes the whole note unreadable.
struct Note {
  std::optional<std::string> revision;
  std::optional<std::string> mode;
  std::optional<std::string> reason;
  std::optional<Uid> host;
  std::optional<Fingerprint> from;
  int64_t generation = 0;
  bool unblock_used = false;
  std::optional<WallTime> tried_since;
};

// Returns the note in annotation `key`. Returns nullopt if the annotation is absent, cannot be
// read, is for another revision, or lacks the member `reason`, which Windlass writes into every
// note.
std::optional<Note> NoteFor(const ReplicaSet& pending, std::string_view key,
                            std::string_view revision) {
  const auto text = pending.meta.annotations.Find(key);
  if (!text) return std::nullopt;
  Note note;
  JsonReader in;
  in.Begin(*text);
  in.Object([&](std::string_view member) {
    if (member == "rev")
      note.revision = in.String();
    else if (member == "mode")
      note.mode = in.String();
    else if (member == "reason")
      note.reason = in.String();
    else if (member == "host")
      note.host = Uid::Parse(in.String());
    else if (member == "from")
      note.from = ParseFingerprint(in.String());
    else if (member == "g")
      note.generation = in.Int64();
    else if (member == "used")
      note.unblock_used = in.Bool();
    else if (member == "tried")
      note.tried_since = ParseTime(in.String());
  });
  if (!in.End().ok() || note.revision != revision || !note.reason) return std::nullopt;
  return note;
}

bool WaitsBeside(const ReplicaSet& host, const ReplicaSet& rs) {
  return &rs != &host && rs.meta.annotations.Has(kMode);
}

}  // namespace

bool IsUserKey(std::string_view key) {
  if (!key.starts_with(kInPlaceKey) || key == kPodState) return false;
  return key.size() == kInPlaceKey.size() || key[kInPlaceKey.size()] == '-';
}

std::string WriteMode(const RolloutMode& mode, std::string_view revision) {
  nlohmann::ordered_json note = {
      {"rev", revision},
      {"mode", mode.mode == Mode::kInPlace ? kInPlaceMode : kReplaceMode},
      {"reason", mode.reason},
      {"host", mode.host.ToString()},
      {"from", TextOf(mode.from)}};
  if (mode.generation != 0) note["g"] = mode.generation;
  return DumpJson(note);
}

std::optional<RolloutMode> ModeOf(const ReplicaSet& pending, std::string_view revision) {
  std::optional<Note> note = NoteFor(pending, kMode, revision);
  if (!note || !note->host || !note->from) return std::nullopt;
  if (note->mode != kInPlaceMode && note->mode != kReplaceMode) return std::nullopt;
  return RolloutMode{.mode = note->mode == kInPlaceMode ? Mode::kInPlace : Mode::kReplace,
                     .reason = *std::move(note->reason),
                     .host = *note->host,
                     .from = *note->from,
                     .generation = note->generation};
}

bool IsHost(const ReplicaSet& rs, std::span<const ReplicaSet* const> all) {
  return std::ranges::any_of(all, [&](const ReplicaSet* other) {
    const auto mode = ModeOf(*other, workload::RevisionText(other->meta));
    return mode && mode->mode == Mode::kInPlace && mode->host == rs.meta.uid;
  });
}

bool IsUnderWay(std::span<const ReplicaSet* const> all, const ReplicaSet& host) {
  return std::ranges::any_of(all, [&](const ReplicaSet* rs) { return WaitsBeside(host, *rs); });
}

std::vector<int64_t> RevisionsUnderWay(std::span<const ReplicaSet* const> all,
                                       const ReplicaSet& host, bool goes_back_first) {
  std::vector<int64_t> revisions;
  for (const ReplicaSet* rs : all) {
    if (!WaitsBeside(host, *rs)) continue;
    if (const auto revision = workload::RevisionOf(rs->meta)) revisions.push_back(*revision);
  }
  const auto of_host = workload::RevisionOf(host.meta);
  if (revisions.empty() || !of_host) return revisions;
  const bool came_back = std::ranges::min(revisions) < *of_host;
  if (goes_back_first || came_back) revisions.push_back(*of_host);
  return revisions;
}

bool HasForeignTemplate(const ReplicaSet& host, const RolloutMode& mode) {
  if (host.template_fingerprint == mode.from) return false;
  const int64_t generation = host.meta.generation;
  const auto own = host.meta.annotations.Find(kOwnGeneration);
  const bool ours =
      generation == mode.generation || (own && ParseWhole<int64_t>(*own) == generation);
  return generation <= 0 || !ours;
}

std::string WriteOwnGeneration(const ReplicaSet& host) {
  return std::to_string(host.meta.generation + 1);
}

int32_t NotedStandIns(const ReplicaSet& pending) {
  const auto text = pending.meta.annotations.Find(kStandIns);
  if (!text) return 0;
  return std::max(ParseWhole<int32_t>(*text).value_or(0), 0);
}

std::string WriteBlock(const Block& block, std::string_view revision) {
  nlohmann::ordered_json note = {{"rev", revision}, {"reason", block.reason}};
  if (block.unblock_used) note["used"] = true;
  if (block.tried_since) note["tried"] = FormatTime(*block.tried_since);
  return DumpJson(note);
}

std::optional<Block> BlockOf(const ReplicaSet& pending, std::string_view revision) {
  std::optional<Note> note = NoteFor(pending, kBlocked, revision);
  if (!note) return std::nullopt;
  return Block{.reason = *std::move(note->reason),
               .unblock_used = note->unblock_used,
               .tried_since = note->tried_since};
}

TextChanges MirrorDifference(std::span<const Setting> settings, const ObjectMeta& replica_set) {
  TextChanges changes;
  for (const auto& [key, value] : replica_set.annotations) {
    if (IsUserKey(key)) changes[std::string(key.text())] = std::nullopt;
  }
  for (const auto& [key, value] : settings) {
    if (!IsUserKey(key)) continue;
    if (replica_set.annotations.Find(key) == value) {
      changes.erase(std::string(key));
    } else {
      changes[std::string(key)] = std::string(value);
    }
  }
  return changes;
}

}  // namespace windlass::in_place
