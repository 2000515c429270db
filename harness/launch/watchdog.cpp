#include "harness/launch/watchdog.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "harness/machine/clock.hpp"

namespace coordbench {
namespace {

constexpr int kStuck = 1;
std::function<void()> bark_of_alarm;
bool barked = false;

void set_timer(Time delay_ns) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(delay_ns / kSecond);
  timer.it_value.tv_usec = static_cast<suseconds_t>(delay_ns % kSecond / 1000);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

extern "C" void on_alarm(int) {
  if (std::exchange(barked, true)) _exit(kStuck);
  set_timer(3 * kSecond);
  bark_of_alarm();
}

}  // namespace

Watchdog::Watchdog(Time deadline, std::function<void()> bark) {
  bark_of_alarm = std::move(bark);
  struct sigaction action {};
  action.sa_handler = on_alarm;
  action.sa_flags = SA_NODEFER;
  sigaction(SIGALRM, &action, nullptr);
  set_timer(std::max<Time>(deadline - now_ns(), 1'000'000));
}

Watchdog::~Watchdog() { set_timer(0); }

}  // namespace coordbench
