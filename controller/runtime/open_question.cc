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
    lifetime_.End();  // makes Handler ignore an answer that comes from within cancel_()
    if (cancel_) cancel_();
    Close(Error{ErrorKind::kTimeout, "no answer within " + std::to_string(limit) + " ms"});
  });
}

OpenQuestion::~OpenQuestion() {
  const bool is_open = deadline_ != 0;
  lifetime_.End();
  timers_.Cancel(deadline_);
  if (is_open && cancel_) cancel_();
}

Controller::AnswerHandler OpenQuestion::Handler() {
  return lifetime_.Guard([this](Result<AnyValue> answer) {
    WL_ASSERT(sent_);
    Close(std::move(answer));
  });
}

void OpenQuestion::Close(Result<AnyValue> answer) {
  lifetime_.End();
  timers_.Cancel(std::exchange(deadline_, TimerId{0}));
  const auto done = std::move(done_);
  done(std::move(answer));  // may destroy this
}

}  // namespace windlass
