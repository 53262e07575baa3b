// How a reflector gets a complete state: by a watch list (a watch that first sends all objects), or
// by a list, in pages or in one piece. It exposes a state only if the state is complete and is not
// older than ours.
//
// The last part of the file asks whether the server went back to an earlier state.
#include <optional>
#include <utility>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/list_pages.h"
#include "kubeclient/cache/list_watch.h"
#include "kubeclient/cache/reflector_machine.h"
#include "kubeclient/cache/reflector_times.h"

namespace windlass {

// --- kEmpty ---

void ReflectorMachine::Replace() {
  state_ = ReflectorState::kEmpty;
  if (server_was_away_) {
    consistent_ = true;
    // An older state usually means only that the server lags. But a server that has just started
    // does not lag, so after an outage the first older state causes a reset.
    times_back_ = kTimesBackMax - 1;
  }
  if (gate_ == nullptr) return BeginReplace();
  gate_->Enter(member_, [this] { BeginReplace(); });
}

void ReflectorMachine::BeginReplace() {
  relist_wanted_ = false;
  unnamed_ = false;
  const bool watch_list =
      !watch_list_unsupported_until_ || clock_.Now() >= *watch_list_unsupported_until_;
  // A state that lacks most objects must be confirmed (confirming_), and an ordinary list does
  // that. But if ordinary lists have failed, because an object is too large or pages keep expiring
  // (stream_), a watch list is read in any case.
  if (std::exchange(stream_, false) || (watch_list && !confirming_)) {
    WatchList();
  } else {
    List();
  }
}

ResourceVersion ReflectorMachine::Floor() const {
  return consistent_ ? ResourceVersion{} : last_version_;
}

void ReflectorMachine::LeaveGate() {
  if (gate_ != nullptr) gate_->Leave(member_);
}

void ReflectorMachine::AbandonReplace() {
  LeaveGate();
  if (!std::exchange(replacing_, false)) return;
  sink_.AbandonReplace();
}

// Exposes the new state. Returns false in two cases; the caller must then do nothing more:
//   - The state was refused, and the next attempt is arranged.
//   - A handler has reset or stopped the reflector.
bool ReflectorMachine::EndReplace(const ResourceVersion& version) {
  if (IsOlder(version, last_version_)) {  // the server lags, or etcd was restored
    WentBack(version);
    return false;
  }
  replacing_ = false;
  last_heard_ = clock_.Now();
  const MonotonicTime view_before = std::exchange(view_at_, last_heard_);
  const uint64_t resets = counters_.resets;
  const Replaced replaced = sink_.EndReplace(version, confirming_);
  // A handler has reset or stopped us.
  if (counters_.resets != resets || state_ == ReflectorState::kStopped) return false;
  if (replaced == Replaced::kOfAnotherPast) {
    ++counters_.time_travels;
    Reset(
        "the server went back: its list is not older than the cache, but shows an object in an "
        "older version than the cache does; the cache has resourceVersion " +
        last_version_.text);
    return false;
  }
  // More than half of the objects are missing: list again.
  if (replaced == Replaced::kDoubtful) {
    view_at_ = view_before;  // the sink has kept the former state
    ++counters_.vanish_alarms;
    log_.Warning("more than half of the objects are missing from a list, listing again",
                 {{"resource", options_.resource.plural}});
    CloseCall();
    consistent_ = true;
    confirming_ = true;
    Replace();
    return false;
  }
  Advance(version);
  LeaveGate();
  if (!time_to_sync_) time_to_sync_ = clock_.Now() - started_at_;
  if (unnamed_) RelistLater();
  consistent_ = false;
  confirming_ = false;
  page_restarts_ = 0;
  times_back_ = 0;
  server_was_away_ = false;
  server_errors_since_.reset();
  OutOfTrouble();
  return true;
}

// --- kListing ---

void ReflectorMachine::List() {
  state_ = ReflectorState::kListing;
  ++counters_.lists;
  list_version_ = {};
  pages_ = 0;
  replacing_ = true;
  sink_.BeginReplace();
  if (state_ != ReflectorState::kListing) return;  // a handler has stopped or reset us
  RequestPage("");
}

// Returns true if the list is to be read in pages. After our transport has refused a list as too
// large, every list is read in pages. Before that, two kinds of lists are read in one piece:
//   - a relist with a resourceVersion (Floor), because the API server answers it from its cache
//
//   - a list whose pages kept expiring, because the server compacts faster than we read
bool ReflectorMachine::InPages() const {
  if (always_in_pages_) return true;
  return Floor().empty() && page_restarts_ < kPageRestartsMax;
}

// Call when the transport refused a page as too large. Asks for the same page with fewer objects.
// Returns false if the list is in one piece, or if the page was asked for with one object already.
bool ReflectorMachine::AskForSmallerPage() {
  if (!InPages() || !page_size_.Halve()) return false;
  always_in_pages_ = true;
  EndCall();
  RequestPage(continue_token_);
  return true;
}

// Called when the transport refused a list as too large, and AskForSmallerPage cannot help.
//   - If the list was in one piece, all lists are read in pages from now on.
//   - If the list was a page of one object, a watch list follows. If that object is too large even
//     for a watch event, the watch list usually shows at least the object's name.
void ReflectorMachine::AskForLess() {
  stream_ = InPages();
  always_in_pages_ = true;
  log_.Info(stream_ ? "an object is too large for a list: a watch list is used instead"
                    : "a list is too large for one answer and is read in pages",
            {{"resource", options_.resource.plural}});
}

// Call when pages of a list have expired, so that the list must begin anew.
// After kPageRestartsMax such calls in a row, the list is read in one piece. If an answer was too
// large before (always_in_pages_), a watch list is used instead.
void ReflectorMachine::NotePageRestart() {
  ++page_restarts_;
  if (!always_in_pages_ || page_restarts_ < kPageRestartsMax) return;
  stream_ = true;
  page_restarts_ = 0;
}

void ReflectorMachine::RequestPage(std::string continue_token) {
  continue_token_ = std::move(continue_token);
  ListPageQuery query;
  query.continue_token = continue_token_;
  if (InPages()) {
    query.limit = page_size_.limit();
  } else {
    query.not_older_than = Floor();
  }
  call_lifetime_.End();
  call_ = transport_.Call(
      ListPageRequest(options_, query),
      call_lifetime_.Guard([this](const Result<HttpResponse>& reply) { OnPage(reply); }));
}

// Returns the page in `reply`. The page points into the body of `reply`. If `reply` is an error or
// not a list of our objects, calls Fail, and returns nullopt.
std::optional<ListPage> ReflectorMachine::ReadPage(const Result<HttpResponse>& reply) {
  const auto fail = [this](const ListWatchFailure& failure) {
    Fail(failure);
    return std::nullopt;
  };
  EndCall();
  if (!reply.ok()) {
    NoteRefusal(reply.error());
    return fail(ListWatchFailure::FromError(reply.error()));
  }
  if (reply->status != 200) {
    return fail(
        ListWatchFailure::FromResponse(reply->status, reply->body, reply->retry_after, decoder_));
  }
  Result<ListPage> page = decoder_.DecodeList(reply->body);
  if (!page.ok()) return fail(ListWatchFailure::Malformed(page.error().message));
  // A document of another type is not a list of our objects. If we applied it, all objects would be
  // deleted.
  if (!expected_type_.Fits(*page)) {
    return fail(ListWatchFailure::Malformed("got \"" + page->api_version + " " + page->kind +
                                            "\" for a list of " + expected_type_.Describe()));
  }
  return std::move(page).value();
}

void ReflectorMachine::OnPage(const Result<HttpResponse>& reply) {
  const bool too_large = !reply.ok() && reply.error().kind == ErrorKind::kTooLarge;
  if (too_large && AskForSmallerPage()) return;
  const std::optional<ListPage> page = ReadPage(reply);
  if (page) OnListPage(*page);
}

void ReflectorMachine::OnListPage(const ListPage& page) {
  if (pages_ == 0) list_version_ = page.resource_version;  // the version of all pages
  if (list_version_.empty() || list_version_.text == "0") {
    return Fail(ListWatchFailure::Malformed("the list has no resourceVersion"));
  }
  if (++pages_ > kListPagesMax) {
    return Fail(ListWatchFailure::Malformed("the list has more than " +
                                            std::to_string(kListPagesMax) + " pages"));
  }
  for (const std::string_view item : page.items) {
    const Status added = sink_.AddToReplace(item, /*deleted=*/false);
    if (!added.ok()) NoteUnreadable(item, added.error());
  }
  if (InPages()) page_size_.Fitted();
  if (!page.continue_token.empty()) return RequestPage(page.continue_token);
  if (!EndReplace(list_version_)) return;
  state_ = ReflectorState::kListed;
  Watch();
}

// --- kProbing ---
//
// How a reflector distinguishes a quiet server from one that was restored to an earlier state.
// Until a restored server reaches the version at which our watch begins, the watch gets nothing,
// not even bookmarks. It misses all changes.
// So the reflector asks for the server's version after two silent watches. It also asks after
// kTimesBackMax bookmarks in a row whose version is older than ours.

// Asks for the server's version, by a consistent list of at most one object. The object is not
// used.
void ReflectorMachine::Probe() {
  if (relist_wanted_ || server_was_away_) return Watch();  // Watch will relist
  state_ = ReflectorState::kProbing;
  ++counters_.probes;
  ListPageQuery query;
  query.limit = 1;
  call_lifetime_.End();
  call_ = transport_.Call(
      ListPageRequest(options_, query),
      call_lifetime_.Guard([this](const Result<HttpResponse>& reply) { OnProbe(reply); }));
}

void ReflectorMachine::OnProbe(const Result<HttpResponse>& reply) {
  const std::optional<ListPage> page = ReadPage(reply);
  if (page) OnProbeAnswer(*page);
}

void ReflectorMachine::OnProbeAnswer(const ListPage& page) {
  if (IsOlder(page.resource_version, last_version_)) {
    times_back_ = kTimesBackMax - 1;
    return WentBack(page.resource_version);
  }
  silences_ = 0;
  times_back_ = 0;
  Watch();
}

// Called when a complete state or a probe shows an older version than ours. The reflector resets
//   - at once, if the older version comes from a probe, or from a complete state that was read
//     after an outage
//   - otherwise at the kTimesBackMax-th time in a row, because a server that lags may show an older
//     version once or twice
void ReflectorMachine::WentBack(const ResourceVersion& version) {
  ++counters_.time_travels;
  ++times_back_;
  consistent_ = true;
  const std::string what =
      "the server went back from resourceVersion " + last_version_.text + " to " + version.text;
  if (times_back_ >= kTimesBackMax) return Reset(what);
  Fail(ListWatchFailure::Malformed(what));
}

}  // namespace windlass
