#include "controller/runtime/open_question.h"

#include <string>

#include "kubeclient/base/assert.h"

namespace windlass {

OpenQuestion::OpenQuestion(const Clock& clock, TimerQueue& timers, const Ask& ask,
                           Controller::AnswerHandler done)
    : timers_(timers), done_(std::move(done)) {
  const auto limit = std::chrono::duration_cast<milliseconds>(ask.deadline).count();
  deadline_ = timers_.At(clock.Now() + ask.deadline, [this, limit] {
    deadline_ = 0;
    open_.reset();  // makes Handler ignore an answer that comes from within cancel_()
    if (cancel_) cancel_();
    Close(Error{ErrorKind::kTimeout, "no answer within " + std::to_string(limit) + " ms"});
  });
}

OpenQuestion::~OpenQuestion() {
  timers_.Cancel(deadline_);
  const bool is_open = std::exchange(open_, nullptr) != nullptr;
  if (is_open && cancel_) cancel_();
}

Controller::AnswerHandler OpenQuestion::Handler() {
  return [this, open = std::weak_ptr(open_)](Result<AnyValue> answer) {
    if (open.expired()) return;
    WL_ASSERT(sent_);
    Close(std::move(answer));
  };
}

void OpenQuestion::Close(Result<AnyValue> answer) {
  open_.reset();
  timers_.Cancel(std::exchange(deadline_, TimerId{0}));
  const auto done = std::move(done_);
  done(std::move(answer));  // may destroy this
}

}  // namespace windlass
