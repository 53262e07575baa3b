// Private to reflector*.cc: the states of a reflector and the steps between them.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/expected_type.h"
#include "kubeclient/cache/list_gate.h"
#include "kubeclient/cache/list_pages.h"
#include "kubeclient/cache/reflector_options.h"
#include "kubeclient/cache/reflector_sink.h"
#include "kubeclient/cache/relist_or_retry.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// The log names each unknown event type once, and at most this many types.
inline constexpr size_t kUnknownTypesLogged = 8;

// At most one call exists and, besides relist_timer_, at most one timer: timer_.
//   - When the call ends, or when timer_ fires during the call, state_ decides what follows.
//   - When timer_ ends a wait, next_ is called.
struct ReflectorMachine {
  ReflectorMachine(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                   Transport& transport, Decoder& decoder, ReflectorOptions options,
                   ReflectorSink& sink, ListGate* gate);
  ~ReflectorMachine();

  void Start();
  void Stop();
  void Reset(std::string_view why);

  // In kEmpty and kListing (reflector_list.cc): read a complete state. Until EndReplace, users of
  // the cache see nothing of it.
  void Replace();
  void BeginReplace();
  void List();
  void RequestPage(std::string continue_token);
  bool InPages() const;
  bool AskForSmallerPage();
  void AskForLess();
  void NotePageRestart();
  std::optional<ListPage> ReadPage(const Result<HttpResponse>& reply);
  void OnPage(const Result<HttpResponse>& reply);
  void OnListPage(const ListPage& page);
  bool EndReplace(const ResourceVersion& version);
  void AbandonReplace();
  ResourceVersion Floor() const;
  void LeaveGate();

  // Objects without a readable name (reflector_machine.cc).
  void NoteUnreadable(std::string_view object_json, const Error& error);
  void RelistLater();
  void Relist();

  // In kInitialWatch and kWatching (reflector_watch.cc): read a complete state from a watch list,
  // and follow the changes.
  void WatchList();
  void Watch();
  void OpenStream(HttpRequest request);
  void OnOpen();
  void NoteLine();
  void OnLine(std::string_view line);
  void OnLongLine(std::string_view head);
  void OnBookmark(std::string_view object_json);
  void OnObject(const WatchFrame& frame);
  void OnUnknownType(const std::string& type);
  void Apply(const WatchFrame& frame);
  void OnErrorEvent(std::string_view status_json);
  void OnStreamEnd(const StreamEnd& end);
  void OnOrderlyEnd();
  void Advance(const ResourceVersion& version);
  void Guard();
  void OnGuard();
  void OnSilence();

  // In kProbing (reflector_list.cc): find out whether the server has reached last_version_.
  void Probe();
  void OnProbe(const Result<HttpResponse>& reply);
  void OnProbeAnswer(const ListPage& page);
  void WentBack(const ResourceVersion& version);

  // In kBackingOff (reflector_machine.cc): recover from a failure.
  void Fail(const ListWatchFailure& failure);
  void Recover(Asked asked, const ListWatchFailure& failure);
  void RelistAtOnce(Duration at_least);
  void AskAgain(Asked asked, Duration wait);
  void After(Duration wait, ReflectorState meanwhile, void (ReflectorMachine::*next)());
  void TryNow(bool was_refused);
  void NoteRefusal(const Error& error);
  Duration Wait(const ListWatchFailure& failure, Duration longest);
  void AllIsWell();
  void InTrouble(std::string what);
  std::string Describe(bool listing, const ListWatchFailure& failure) const;
  void OutOfTrouble();
  Asked asked() const;
  void CountDecodeError(const Error& error);

  // The one call.
  void CloseCall();
  void EndCall();

  const Clock& clock_;
  Random& random_;
  Log& log_;
  TimerQueue& timers_;
  Transport& transport_;
  Decoder& decoder_;
  const ReflectorOptions options_;
  const ExpectedType expected_type_;
  ReflectorSink& sink_;
  ListGate* const gate_;
  const ListGate::Member member_;

  ReflectorState state_ = ReflectorState::kStopped;
  ReflectorCounters counters_;
  std::string trouble_;
  ResourceVersion last_version_;
  MonotonicTime last_heard_;
  MonotonicTime last_bookmark_;
  MonotonicTime view_at_;
  MonotonicTime started_at_;
  std::optional<Duration> time_to_sync_;

  // The call under way. After CloseCall its handlers do nothing.
  CallId call_ = 0;
  Lifetime call_lifetime_;
  TimerId timer_ = 0;                           // guards an open stream, or ends a wait
  void (ReflectorMachine::*next_)() = nullptr;  // what follows the latest wait

  // --- the complete state that is being read, or that is to be read next ---
  bool replacing_ = false;   // the sink receives a state
  bool consistent_ = true;   // ask without a resourceVersion
  bool confirming_ = false;  // the list confirms an earlier one that lacked most objects
  bool stream_ = false;      // only a watch list can bring the next complete state
  ResourceVersion list_version_;
  int pages_ = 0;
  std::string continue_token_;  // of the page under way
  int page_restarts_ = 0;
  bool unnamed_ = false;      // the state has an object without a readable name
  TimerId relist_timer_ = 0;  // for the relist that follows an object without a readable name
  bool relist_wanted_ = false;
  std::optional<MonotonicTime> watch_list_unsupported_until_;

  // What was learned about the size of lists. Stop and Reset keep these two members: if they are
  // out of date, lists are read in pages without need, which does no harm. `always_in_pages_` is
  // true once a list was too large for one answer.
  bool always_in_pages_ = false;
  PageSize page_size_;

  // The stream under way.
  MonotonicTime opened_at_;
  MonotonicTime last_line_at_;
  bool heard_a_line_ = false;
  bool caught_up_ = false;       // the stream has reported what happened before it was opened
  bool bookmarks_come_ = false;  // a bookmark has come, on this stream or an earlier one
  bool silence_reported_ = false;

  // Failures since all was well.
  BackOff back_off_;
  int relists_at_once_ = 0;
  bool asked_again_at_once_ = false;
  std::optional<MonotonicTime> server_errors_since_;
  int silences_ = 0;  // watches in a row that ended silently
  // True after connections were refused, until a complete state has come or a reset begins. The
  // server may have come back with an earlier state, and a watch might not show that.
  bool server_was_away_ = false;
  int times_back_ = 0;  // lists or bookmarks in a row that are older than ours
  std::optional<MonotonicTime> forbidden_since_;
  std::optional<MonotonicTime> not_served_since_;
  bool resetting_ = false;

  std::set<std::string> unknown_types_logged_;  // at most kUnknownTypesLogged
  bool wrong_type_logged_ = false;
};

}  // namespace windlass
