// The flow graph: one node a stage, one node a layer, and a bounded number of steps under way.
// Threads: one thread submits and waits.
// Errors: what a stage throws is thrown again by NextStep and Drain, for ever; the steps under way
// come to their end without it.
#pragma once

#include <cstddef>
#include <memory>

#include "hypnos/pipeline/workers.h"
#include "pipeline/stages.h"
#include "pipeline/step.h"

namespace hypnos {

class Flow {
 public:
  // `stages` must outlive the flow.
  // Which layers of the network are remote must stay as it is.
  Flow(Stages& stages, const Network& network, std::shared_ptr<Workers> workers,
       size_t steps_in_flight);
  ~Flow();

  // Waits until fewer than the allowed steps are under way, then gives an unused step to fill.
  Step& NextStep();
  // Starts the step last given. If its input is dreamed, this waits for the read-out of the step
  // before, which the dream follows; the encoding goes on meanwhile.
  void Submit();
  // Waits until nothing is under way; Settle leaves it unsaid that a stage has failed.
  void Drain();
  void Settle();

 private:
  struct Graph;
  std::unique_ptr<Graph> graph_;
};

}  // namespace hypnos
