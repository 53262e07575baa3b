// A question that a sync has asked, until it is answered (Ask, Q-020). Core thread only.
#pragma once

#include <utility>

#include "controller/core/controller.h"
#include "controller/core/step.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

class OpenQuestion {
 public:
  // Calls `done` at most once: with the first answer, or with kTimeout after ask.deadline. `done`
  // may destroy this.
  OpenQuestion(const Clock& clock, TimerQueue& timers, const Ask& ask,
               Controller::AnswerHandler done);
  // Cancels the question if it is still open.
  ~OpenQuestion();
  OpenQuestion(const OpenQuestion&) = delete;
  OpenQuestion& operator=(const OpenQuestion&) = delete;

  // Returns the handler to give to Controller::Send. The handler ignores an answer that comes after
  // the first answer, after the deadline, or after this object is destroyed. The handler asserts
  // that Send has returned, because an answer within Send would destroy this object before CancelBy
  // is called.
  Controller::AnswerHandler Handler();
  // Call this with the function that Controller::Send has returned.
  void CancelBy(Controller::CancelQuestion cancel) {
    cancel_ = std::move(cancel);
    sent_ = true;
  }

 private:
  void Close(Result<AnyValue> answer);

  TimerQueue& timers_;
  Controller::AnswerHandler done_;
  Controller::CancelQuestion cancel_;
  bool sent_ = false;     // Send has returned
  TimerId deadline_ = 0;  // 0 once the question is closed
  Lifetime lifetime_;     // ends when the question is closed
};

}  // namespace windlass
