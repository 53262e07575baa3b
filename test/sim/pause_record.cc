#include "test/sim/pause_record.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "test/sim/rollout_limits.h"

namespace windlass::sim {
namespace {

// A ReplicaSet counts its Pods up to half a minute late.
constexpr Duration kCountersLag = seconds(40);

// Takes a number off the beginning of `text`.
std::optional<int64_t> TakeNumber(std::string_view& text) {
  int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop == text.data()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  return value;
}

bool TakeWord(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool IsPause(const Json& step) { return !At(step, {"pause"}).is_null(); }

// Returns the number of the first pause after `passed`; nullopt if there is none.
std::optional<size_t> PauseAfter(const Json& steps, size_t passed) {
  for (size_t number = passed + 1; number <= steps.size(); ++number) {
    if (IsPause(steps[number - 1])) return number;
  }
  return std::nullopt;
}

// Returns the number of the last pause; 0 if there is none.
size_t LastPause(const Json& steps) {
  size_t last = 0;
  for (size_t number = 1; number <= steps.size(); ++number) {
    if (IsPause(steps[number - 1])) last = number;
  }
  return last;
}

bool IsPercentBelowAll(const Json& value) {
  return value.is_string() && ResolveInPods(value, 100, /*round_up=*/true) < 100;
}

int64_t KeptByPartition(const Json& partition, int64_t desired) {
  const int64_t kept = std::min(ResolveInPods(partition, desired, /*round_up=*/true), desired);
  return IsPercentBelowAll(partition) ? std::min(kept, desired - 1) : kept;
}

int64_t UpdatedAtMost(const Json& step, int64_t desired, int64_t began) {
  const int64_t updated = UpdatedByStep(step, desired);
  const Json& number = At(step, {"setUpdated"});
  if (!number.is_number_integer() || updated < desired || desired < 2) return updated;
  return number.get<int64_t>() < began ? desired - 1 : updated;
}

}  // namespace

std::optional<Promotion> PromotionIn(std::string_view text, MonotonicTime at) {
  Promotion promotion{.at = at};
  if (!TakeWord(text, "full")) {
    const auto step = TakeNumber(text);
    if (!step || *step < 1) return std::nullopt;
    promotion.step = static_cast<size_t>(*step);
  }
  if (!TakeWord(text, "@")) return std::nullopt;
  const auto revision = TakeNumber(text);
  if (!revision) return std::nullopt;
  promotion.revision = *revision;
  promotion.force = TakeWord(text, "/force");
  if (!text.empty()) return std::nullopt;
  return promotion;
}

std::optional<seconds> PauseDuration(std::string_view text) {
  seconds all{0};
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    if (TakeWord(text, "h")) {
      all += seconds(*number * 3600);
    } else if (TakeWord(text, "m")) {
      all += seconds(*number * 60);
    } else if (TakeWord(text, "s")) {
      all += seconds(*number);
    } else {
      return std::nullopt;
    }
  }
  return all;
}

int64_t KeptBy(const Hold& hold, int64_t desired) {
  if (hold.nothing || desired == 0) return 0;
  if (!hold.partition.is_null()) return KeptByPartition(hold.partition, desired);
  int64_t updated = 0;
  for (const Json& step : hold.steps) {
    updated = std::max(updated, UpdatedAtMost(step, desired, hold.began));
  }
  return desired - updated;
}

std::optional<size_t> PauseRecord::Ahead() const {
  if (released_) return std::nullopt;
  if (past_end_) return past_end_->pause;
  return PauseAfter(steps_, passed_);
}

int64_t PauseRecord::LeastKept(int64_t desired) const {
  if (holds_.empty()) return 0;
  int64_t least = desired;
  for (const Hold& hold : holds_) least = std::min(least, KeptBy(hold, desired));
  return least;
}

void PauseRecord::See(const Facts& facts, int64_t available_before) {
  PassTime(facts, available_before);
  partition_ = facts.partition;
  desired_ = facts.desired;
  if (facts.asked || facts.frozen) asked_last_ = facts.now;
  left_alone_ = left_alone_ || facts.asked;
  const bool asked = facts.asked && facts.steps.is_array();
  if (steps_.is_null()) {
    if (!asked) return;
    steps_ = facts.steps;
    BeginSteps(facts);
  } else if (facts.steps != steps_) {
    Edit(facts);
  }
  // A template that is asked for again begins anew, at the size that there is now.
  if (asked && !was_asked_) {
    beginning_ = true;
    began_at_ = facts.now;
  }
  was_asked_ = asked;
  NoteBegin(facts);
  if (!asked) return;
  const int64_t wanted = Wanted();
  if (facts.available >= wanted) {
    reached_ = true;
    if (!available_since_) {
      available_since_ = facts.now;
      available_level_ = wanted;
      noticed_ = false;
    }
    // Pods that may be gone already do not have to stay.
    available_level_ = std::max(available_level_, std::min(wanted, facts.for_sure));
  }
  Promote(facts);
  if (!Ahead()) released_ = true;
  NoteHold();
}

// Ends the pause that is ahead if its duration has passed.
void PauseRecord::PassTime(const Facts& facts, int64_t available_before) {
  if (!facts.asked && facts.followed) left_alone_ = false;
  const bool is_other = !facts.asked && facts.now - asked_last_ > kBlindSpot;
  if (is_other && !left_alone_) available_since_.reset();
  const auto pause = Ahead();
  if (steps_.is_null() || !pause || !available_since_) return;
  // Pods that a larger size adds do not end the time; those that are lost do.
  available_level_ = std::min(available_level_, Wanted());
  const bool fewer = facts.at_present < available_level_;
  noticed_ = noticed_ || (fewer && facts.led);
  if (available_before < available_level_) {
    if (noticed_) available_since_.reset();
    if (!fewer) noticed_ = false;
    return;
  }
  if (!fewer) noticed_ = false;
  const auto duration = PauseDuration(TextAt(steps_[*pause - 1], {"pause", "duration"}));
  // The controller may know of a step's begin and of available Pods a little before this record.
  if (!duration || *duration == seconds(0)) return;
  if (facts.now - *available_since_ + kBlindSpot + facts.clocks_apart < *duration) return;
  Leave(*pause, facts);
  left_by_time_ = facts.now;
}

void PauseRecord::Edit(const Facts& facts) {
  const auto ahead = Ahead();
  steps_ = facts.steps;
  if (!ahead) return;
  const size_t before = passed_;
  const size_t position = past_end_ ? past_end_->position : *ahead;
  // The rollout may be at each step after the last pause that was left, until it is known to be at
  // the next pause. If one of these steps is in the new list with no pause after it, nothing is
  // held.
  const bool is_there = available_since_ && facts.now - *available_since_ > kCountersLag;
  const size_t first = past_end_ || is_there ? position : before + 1;
  passed_ = std::max(passed_, position - 1);
  past_end_.reset();
  BeginSteps(facts);
  if (PauseAfter(steps_, passed_)) return;
  const size_t last = LastPause(steps_);
  if (last == 0 || first <= steps_.size()) {
    released_ = true;
    return;
  }
  // The controller may not have left a pause yet that its duration ended here: then it is not past
  // the end, and the pause has its new duration.
  if (left_by_time_ && facts.now - *left_by_time_ <= 2 * kBlindSpot) {
    released_ = true;
    return;
  }
  past_end_ = PastEnd{.position = position, .pause = last};
  // The controller may not have seen a promotion yet that was written a moment before the edit.
  if (last <= before) past_end_->from = MonotonicTime{facts.now.since_start - kBlindSpot};
}

void PauseRecord::Promote(const Facts& facts) {
  while (const auto pause = Ahead()) {
    const auto promotion = std::ranges::find_if(
        *facts.promotions, [&](const Promotion& one) { return Ends(one, *pause, facts); });
    if (promotion == facts.promotions->end()) return;
    Leave(*pause, facts);
    if (promotion->step == 0) released_ = true;  // "full" ends all of them at once
  }
}

bool PauseRecord::Ends(const Promotion& promotion, size_t pause, const Facts& facts) const {
  if (!facts.revisions->contains(promotion.revision)) return false;
  if (past_end_ && past_end_->from && promotion.at < *past_end_->from) return false;
  const bool names = promotion.step == 0 || promotion.step == pause ||
                     (past_end_ && promotion.step == past_end_->position);
  if (!names) return false;
  const bool waits = promotion.step != 0 || reached_;
  return promotion.force || !waits || facts.available >= Wanted();
}

void PauseRecord::Leave(size_t pause, const Facts& facts) {
  passed_ = std::max(passed_, pause);
  past_end_.reset();
  available_since_.reset();
  released_ = released_ || !PauseAfter(steps_, passed_);
  BeginSteps(facts);
}

void PauseRecord::BeginSteps(const Facts& facts) {
  reached_ = false;
  began_at_ = facts.now;
  began_ = facts.desired;
  began_most_ = std::max(began_most_, facts.desired);
  beginning_ = true;
}

// The steps before the pause have begun when their Pods are asked for. Until then they may begin at
// each size that there was, and the last of them at each one until the pause is reached.
void PauseRecord::NoteBegin(const Facts& facts) {
  if (!reached_) began_most_ = std::max(began_most_, facts.desired);
  if (!beginning_) return;
  began_ = std::min(began_, facts.desired);
  const bool reached = facts.size >= desired_ - KeptBy(HoldNow(), desired_);
  if (!facts.frozen && facts.asked && reached && facts.now - began_at_ > kBlindSpot) {
    beginning_ = false;
  }
}

// Returns how many Pods have to be available before the pause may be left: the fewest, if it is not
// known when its steps began, or those before an earlier pause. Example: `setUpdated: 2` begins at
// 6 replicas, and 4 seconds later there are 2. Then one Pod is enough. So it is if the step begins
// at 1 replica, where 2 is no wish for all of 2.
int64_t PauseRecord::Wanted() const {
  Hold hold = HoldNow();
  hold.began = began_ == 1 ? std::numeric_limits<int64_t>::max() : began_most_;
  return desired_ - KeptBy(hold, desired_);
}

Hold PauseRecord::HoldNow() const {
  Hold hold;
  const auto pause = Ahead();
  if (steps_.empty()) {
    hold.partition = partition_;
    hold.nothing = partition_.is_null();
  } else if (!pause) {
    hold.nothing = true;
  } else {
    for (size_t i = 0; i + 1 < *pause; ++i) {
      if (!IsPause(steps_[i])) hold.steps.push_back(steps_[i]);
    }
    hold.began = began_;
  }
  return hold;
}

void PauseRecord::NoteHold() {
  Hold hold = HoldNow();
  if (std::ranges::find(holds_, hold) == holds_.end()) holds_.push_back(std::move(hold));
}

}  // namespace windlass::sim
