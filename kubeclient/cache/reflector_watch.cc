// How a reflector follows the changes on the server: it reads one stream, line by line, until the
// stream ends. This file handles the orderly end of a stream, and the end after a long silence.
// Fail handles all other ends.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "kubeclient/api/line_head.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/answer_size.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/list_watch.h"
#include "kubeclient/cache/reflector_machine.h"
#include "kubeclient/cache/reflector_times.h"
#include "kubeclient/client/call_deadlines.h"

namespace windlass {
namespace {

// If a watch ends in order sooner than this, without having sent a line, the next watch waits for
// the back-off.
constexpr Duration kVeryShortWatch = seconds(1);
// After this many silent watches in a row, the reflector lists one object, to find out whether the
// server has reached our version.
constexpr int kSilencesMax = 2;
// How many bytes of an unknown event type the log shows.
constexpr size_t kUnknownTypeShown = 64;

}  // namespace

// --- kInitialWatch, kWatching ---

void ReflectorMachine::WatchList() {
  state_ = ReflectorState::kInitialWatch;
  ++counters_.watch_lists;
  replacing_ = true;
  silence_reported_ = false;
  sink_.BeginReplace();
  if (state_ != ReflectorState::kInitialWatch) return;  // a handler has stopped us
  const Duration timeout = random_.Between(options_.watch_timeout_low, options_.watch_timeout_high);
  OpenStream(WatchListRequest(options_, Floor(), std::chrono::duration_cast<seconds>(timeout)));
}

void ReflectorMachine::Watch() {
  if (server_was_away_) return Replace();
  if (std::exchange(relist_wanted_, false)) {
    ++counters_.repairs;
    return Replace();
  }
  state_ = ReflectorState::kWatching;
  ++counters_.watches;
  const Duration timeout = random_.Between(options_.watch_timeout_low, options_.watch_timeout_high);
  OpenStream(WatchRequest(options_, last_version_, std::chrono::duration_cast<seconds>(timeout)));
}

void ReflectorMachine::OpenStream(HttpRequest request) {
  opened_at_ = clock_.Now();
  last_line_at_ = opened_at_;
  heard_a_line_ = false;
  caught_up_ = false;
  call_lifetime_.End();
  StreamHandler handler;
  handler.on_open = call_lifetime_.Guard([this] { OnOpen(); });
  handler.on_line = call_lifetime_.Guard([this](std::string_view line) { OnLine(line); });
  handler.on_long_line = call_lifetime_.Guard([this](std::string_view head) { OnLongLine(head); });
  handler.on_end = call_lifetime_.Guard([this](const StreamEnd& end) { OnStreamEnd(end); });
  call_ = transport_.Stream(std::move(request), std::move(handler));
  if (state_ == ReflectorState::kInitialWatch) Guard();
}

// The first line of an open watch may be an error. So the watch counts as healthy only when an
// object or a bookmark has come, or after kWatchTakenAsWell (Guard).
void ReflectorMachine::OnOpen() {
  if (state_ != ReflectorState::kWatching) return;
  Guard();
}

// view_at_ is the last time at which our objects were known to be the server's state. The first
// lines of a watch report changes from before the watch was opened, so they do not change view_at_.
// Lines change it once the watch has caught up.
void ReflectorMachine::NoteLine() {
  last_line_at_ = clock_.Now();
  if (state_ == ReflectorState::kWatching && caught_up_) view_at_ = last_line_at_;
  heard_a_line_ = true;
  silences_ = 0;
}

void ReflectorMachine::OnLine(std::string_view line) {
  if (line.empty()) return;
  NoteLine();
  const Result<WatchFrame> frame = decoder_.DecodeFrame(line);
  // After a malformed line the next line may be its remainder, so the connection is given up
  //
  if (!frame.ok()) return Fail(ListWatchFailure::Malformed(frame.error().message));
  switch (frame->type) {
    case WatchEventType::kAdded:
    case WatchEventType::kModified:
    case WatchEventType::kDeleted: return OnObject(*frame);
    case WatchEventType::kBookmark: return OnBookmark(frame->object_json);
    case WatchEventType::kError: return OnErrorEvent(frame->object_json);
    case WatchEventType::kUnknown: return OnUnknownType(frame->unknown_type);
  }
}

// A line that is too long is handled like an object that cannot be decoded: the watch goes on,
// because one object must not hold up the others.
void ReflectorMachine::OnLongLine(std::string_view head) {
  NoteLine();
  last_heard_ = clock_.Now();
  ++counters_.events;
  const Result<LineHead> read = DecodeLineHead(decoder_, head);
  CountDecodeError({ErrorKind::kTooLarge,
                    "an event is longer than " + std::to_string(kLineBytesMax >> 20U) + " MiB"});
  const bool deleted = read.ok() && read->type == WatchEventType::kDeleted;
  if (state_ == ReflectorState::kInitialWatch) {
    sink_.AddLongToReplace(read.ok() ? std::optional(read->object) : std::nullopt, deleted);
    unnamed_ = unnamed_ || !read.ok();
    return;
  }
  AllIsWell();
  if (!read.ok()) return RelistLater();
  sink_.ApplyLong(read->type, read->object);
  Advance(read->object.identity.resource_version);
}

// An event of an unknown type does not move last_version_, because further lines may belong to the
// event. If the watch breaks between these lines, the next watch must resume before the event
//
void ReflectorMachine::OnUnknownType(const std::string& type) {
  ++counters_.unknown_types;
  if (unknown_types_logged_.size() == kUnknownTypesLogged) return;
  const std::string shown = type.substr(0, kUnknownTypeShown);
  if (!unknown_types_logged_.insert(shown).second) return;
  log_.Warning("watch event of unknown type ignored",
               {{"resource", options_.resource.plural}, {"type", shown}});
}

void ReflectorMachine::OnObject(const WatchFrame& frame) {
  ++counters_.events;
  switch (frame.type) {
    case WatchEventType::kAdded: ++counters_.added; break;
    case WatchEventType::kModified: ++counters_.modified; break;
    default: ++counters_.deleted; break;
  }
  last_heard_ = clock_.Now();
  if (!expected_type_.Fits(frame.object_json, decoder_)) {  // an object of another kind
    ++counters_.wrong_types;
    if (std::exchange(wrong_type_logged_, true)) return;
    return log_.Warning(
        "watch event with an object of another kind ignored",
        {{"resource", options_.resource.plural}, {"expected", expected_type_.Describe()}});
  }
  if (state_ == ReflectorState::kWatching) return Apply(frame);
  // Initial objects do not come in the order of their versions, so a watch cannot resume from these
  // versions. last_version_ stays as it is.
  const Status added =
      sink_.AddToReplace(frame.object_json, frame.type == WatchEventType::kDeleted);
  if (!added.ok()) NoteUnreadable(frame.object_json, added.error());
}

void ReflectorMachine::Apply(const WatchFrame& frame) {
  AllIsWell();
  const Result<ResourceVersion> applied = sink_.Apply(frame.type, frame.object_json);
  if (applied.ok()) return Advance(*applied);
  NoteUnreadable(frame.object_json, applied.error());
  // One unreadable object does not hold up the others.
  // If even its name, uid or version is unreadable, a relist follows later, and last_version_ does
  // not move before the next event. If the watch ends before that event, the next watch therefore
  // reports this object again.
  if (unnamed_) return RelistLater();
  const Result<ObjectIdentity> identity = decoder_.DecodeIdentity(frame.object_json);
  if (identity.ok()) Advance(identity->resource_version);
}

void ReflectorMachine::OnBookmark(std::string_view object_json) {
  ++counters_.bookmarks;
  bookmarks_come_ = true;
  last_heard_ = clock_.Now();
  last_bookmark_ = last_heard_;
  caught_up_ = true;
  NoteLine();
  const Result<Bookmark> bookmark = decoder_.DecodeBookmark(object_json);
  if (!bookmark.ok()) return CountDecodeError(bookmark.error());
  if (state_ == ReflectorState::kWatching) {
    AllIsWell();
    if (!IsOlder(bookmark->resource_version, last_version_)) {
      times_back_ = 0;
      return Advance(bookmark->resource_version);
    }
    ++counters_.time_travels;
    if (++times_back_ < kTimesBackMax) return;
    CloseCall();
    return Probe();
  }
  if (!bookmark->initial_events_end) return;  // the initial state is not complete yet
  if (!EndReplace(bookmark->resource_version)) return;
  state_ = ReflectorState::kWatching;  // the same stream goes on
  AllIsWell();
}

void ReflectorMachine::OnErrorEvent(std::string_view status_json) {
  const Result<ApiStatus> status = decoder_.DecodeStatus(status_json);
  if (!status.ok()) return Fail(ListWatchFailure::Malformed(status.error().message));
  ListWatchFailure failure = ListWatchFailure::FromStatus(*status);
  if (failure.code == 0) failure.code = 500;  // 0 would mean that the transport failed
  Fail(failure);
}

void ReflectorMachine::OnStreamEnd(const StreamEnd& end) {
  EndCall();
  if (end.status != 0 && end.status != 200) {
    return Fail(
        ListWatchFailure::FromResponse(end.status, end.error_body, end.retry_after, decoder_));
  }
  if (end.ok()) return OnOrderlyEnd();
  if (state_ == ReflectorState::kWatching && clock_.Now() - last_line_at_ >= kWatchIdle) {
    // Not for kInitialWatch: there the timer of Guard gives up a silent watch before kWatchIdle is
    // over. If that timer comes too late, because the machine was suspended, Fail (below) handles
    // the end.
    return OnSilence();
  }
  if (end.error) NoteRefusal(*end.error);
  Fail(ListWatchFailure::FromError(
      end.error.value_or(Error{ErrorKind::kAmbiguous, "the connection ended without a response"})));
}

// No line has come for kWatchIdle: the connection has probably died. The next watch begins at
// last_version_. But a watch also stays silent if the server has not reached that version.
// So after kSilencesMax silent watches in a row we probe the server.
void ReflectorMachine::OnSilence() {
  ++counters_.idle_timeouts;
  ++counters_.watch_ends["idle"];
  ++silences_;
  After(random_.Between(Duration{0}, kWatchAgainJitter), ReflectorState::kListed,
        silences_ < kSilencesMax ? &ReflectorMachine::Watch : &ReflectorMachine::Probe);
}

void ReflectorMachine::OnOrderlyEnd() {
  if (state_ == ReflectorState::kInitialWatch) {  // the incomplete state is dropped
    ++counters_.watch_ends["unfinished"];
    AbandonReplace();
    InTrouble("watch " + std::string(options_.resource.plural) +
              ": the stream ended before the initial state was complete");
    return AskAgain(Asked::kWatchList, back_off_.Next(clock_.Now(), kReflectorBackOffMax));
  }
  // Too short to have worked.
  if (!heard_a_line_ && clock_.Now() - opened_at_ < kVeryShortWatch) {
    ++counters_.watch_ends["short"];
    return AskAgain(Asked::kWatch, back_off_.Next(clock_.Now(), kReflectorBackOffMax));
  }
  ++counters_.watch_ends["orderly"];  // the next watch goes on without a list
  After(random_.Between(Duration{0}, kWatchAgainJitter), ReflectorState::kListed,
        &ReflectorMachine::Watch);
}

// Sets last_version_ to `version`, unless `version` is older. Ignores "" and "0", because
// no watch can resume from them: "0" means "any version".
void ReflectorMachine::Advance(const ResourceVersion& version) {
  if (version.empty() || version.text == "0" || IsOlder(version, last_version_)) return;
  last_version_ = version;
}

// --- silence ---

void ReflectorMachine::Guard() {
  Duration wait = kWatchTakenAsWell;
  if (state_ == ReflectorState::kInitialWatch) {
    const Duration limit = silence_reported_ ? kWatchListSilenceMax : kWatchListSilenceWarn;
    wait = limit - (clock_.Now() - last_line_at_);
  }
  timers_.Cancel(timer_);
  timer_ = timers_.At(clock_.Now() + wait, [this] {
    timer_ = 0;
    OnGuard();
  });
}

// The server reports at once what a new watch has missed, so after kWatchTakenAsWell the watch has
// caught up. If this reflector has ever got a bookmark, the next line moves view_at_ (NoteLine).
// Otherwise view_at_ becomes last_line_at_, which is the time of this stream's last line, or of its
// opening if no line has come.
void ReflectorMachine::OnGuard() {
  if (state_ == ReflectorState::kWatching) {
    caught_up_ = true;
    if (!bookmarks_come_) view_at_ = last_line_at_;
    return AllIsWell();
  }
  const Duration silence = clock_.Now() - last_line_at_;
  if (silence >= kWatchListSilenceMax) {  // too silent: list instead
    log_.Warning("watch list is silent, listing instead", {{"resource", options_.resource.plural}});
    ++counters_.watch_ends["silent"];
    CloseCall();
    AbandonReplace();
    watch_list_unsupported_until_ = clock_.Now() + kWatchListUnsupportedFor;
    return Replace();
  }
  if (silence >= kWatchListSilenceWarn && !std::exchange(silence_reported_, true)) {
    log_.Warning("watch list is silent", {{"resource", options_.resource.plural}});
  }
  Guard();
}

}  // namespace windlass
