/** Upper bounds in seconds: replies of the gateway's own to pictures that take minutes. */
export const callBuckets = [0.005, 0.025, 0.1, 0.5, 2, 5, 10, 20, 40, 60, 90, 120, 180, 300, 600]
