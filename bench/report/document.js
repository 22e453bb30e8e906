export const writeReport = () => {}
