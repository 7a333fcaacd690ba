/** Milliseconds of the processor that some work takes. Those of the wall are more beside other work. */
export const processorTime = (work: () => void): number => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};
