// Runs the tests on every rank of the world; rank 0 reports, the others speak only of failures; one failure anywhere fails all.

#include <gtest/gtest.h>
#include <mpi.h>

#include <cstdio>

#include "tests/support/mpi_world.hpp"

namespace coordbench::testing {
namespace {

World* the_world = nullptr;

class OnlyFailures : public ::testing::EmptyTestEventListener {
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (result.failed())
      std::fprintf(stderr, "rank %d: %s:%d: %s\n", the_world->rank(), result.file_name(), result.line_number(),
                   result.message());
  }
};

int run_on_every_rank() {
  auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
  if (!the_world->is_root()) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new OnlyFailures);
  }
  int failed = RUN_ALL_TESTS();
  if (::testing::UnitTest::GetInstance()->test_to_run_count() == 0) failed = 1;
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return failed;
}

}  // namespace

World& world() { return *the_world; }

}  // namespace coordbench::testing

int main(int argc, char** argv) {
  coordbench::World world(argc, argv);
  coordbench::testing::the_world = &world;
  world.make_groups({world.size()});
  ::testing::InitGoogleTest(&argc, argv);
  return coordbench::testing::run_on_every_rank();
}
